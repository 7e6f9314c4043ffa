package payment

// Canceled stands where a bank's reason does, of a payment that its payer took
// back before it went to the bank (A12).
const Canceled = "canceled"
