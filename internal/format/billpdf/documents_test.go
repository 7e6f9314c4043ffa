package billpdf_test

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/billpdf"
)

const payURL = "https://pay.bayharborhealth.example/p/7KQ2-M9XD-4F"

var scan = billpdf.Scan{SubscriberID: ident.NewSubscriberID(70010000001), BillNumber: "00004711", Amount: money.Cents(24900)}

// words are what differs between the languages of a test bill.
type words struct {
	lang, title, from, paid, charge, pastDue, group, gross, credit, state, youPay, dental, dentalPay, total string
	facts, columns                                                                                          []string
	billDate, amountDue, payBy, status, heading, item, amount                                               string
	steps                                                                                                   []billpdf.Step
	changes                                                                                                 billpdf.Section
	ways                                                                                                    []billpdf.Way
	waysHeading, codeAlt, caption                                                                           string
	help                                                                                                    []string
	history                                                                                                 string
	more                                                                                                    []billpdf.Section
	cut, slip, name, payByLabel, payByDate, enclosed, barcode, footer                                       string
	notes                                                                                                   []string
}

func document(w words) *billpdf.Document {
	cents := money.Cents
	return &billpdf.Document{
		Lang: w.lang, Issued: civil.MustParseDate("2026-11-02"), Title: w.title,
		Marketplace: "Bay Harbor Health Marketplace", From: []string{"PO Box 5550190", "Boston, MA 02199-0190"},
		To: []string{"María-José Nguyễn-O'Connor", "1428 Commonwealth Avenue, Apt 12B", "Brighton, MA 02135-4402"},
		Facts: []billpdf.Fact{
			{Label: w.facts[0], Value: w.billDate},
			{Label: w.facts[1], Value: scan.SubscriberID.Grouped()},
			{Label: w.facts[2], Value: scan.BillNumber},
			{Label: w.facts[3], Value: "KD7-2MX"},
		},
		Amount: billpdf.Amount{Label: w.amountDue, Due: cents(24900), PayBy: w.payBy},
		Status: billpdf.Status{Text: w.status, Steps: w.steps},
		Statement: billpdf.Statement{Heading: w.heading, Item: w.item, Amount: w.amount, Rows: []billpdf.Row{
			{Text: w.from, Amount: cents(24900)},
			{Text: w.paid, Amount: cents(-12450)},
			{Kind: billpdf.RowSubtotal, Text: w.pastDue, Amount: cents(12450)},
			{Kind: billpdf.RowGroup, Text: w.group},
			{Text: w.gross, Amount: cents(51200)},
			{Text: w.credit, Amount: cents(-32000)},
			{Text: w.state, Amount: cents(-8250)},
			{Kind: billpdf.RowSubtotal, Text: w.youPay, Amount: cents(10950)},
			{Kind: billpdf.RowGroup, Text: w.dental},
			{Kind: billpdf.RowSubtotal, Text: w.dentalPay, Amount: cents(1500)},
			{Kind: billpdf.RowTotal, Text: w.total, Amount: cents(24900)},
		}},
		Changes: w.changes,
		Ways: billpdf.Ways{
			Heading: w.waysHeading, Ways: w.ways,
			Code: &billpdf.PayCode{URL: payURL, Alt: w.codeAlt, Caption: w.caption},
		},
		Help: w.help,
		History: billpdf.History{Heading: w.history, Columns: [4]string(w.columns), Rows: []billpdf.Event{
			{On: w.billDate, What: w.title, Amount: cents(24900), Balance: cents(24900)},
			{On: w.billDate, What: w.paid, Amount: cents(-12450), Balance: cents(12450)},
			{On: w.billDate, What: w.charge, Amount: cents(12450), Balance: cents(24900)},
		}},
		More: w.more,
		Slip: &billpdf.Slip{
			Cut: w.cut, Heading: w.slip, Payee: []string{"Bay Harbor Health Marketplace", "PO Box 5550100", "Boston, MA 02199-0100"},
			Notes: w.notes,
			Fields: []billpdf.Fact{
				{Label: w.name, Value: "María-José Nguyễn-O'Connor"}, {Label: w.facts[1], Value: scan.SubscriberID.Grouped()}, {Label: w.payByLabel, Value: w.payByDate},
			},
			Amount: w.amountDue, Enclosed: w.enclosed, Scan: scan, BarcodeAlt: w.barcode,
		},
		Footer: w.footer,
	}
}

// autoPay takes the slip and everything that asks for money away.
func autoPay(d *billpdf.Document, note, noSlip string) *billpdf.Document {
	d.Amount.Note, d.NoSlip = note, noSlip
	d.Slip, d.Ways.Code, d.Status.Steps = nil, nil, nil
	return d
}

// twoPlans gives two plans dates of their own.
func twoPlans(d *billpdf.Document) *billpdf.Document {
	first, second := slices.Clone(d.Status.Steps[:4]), slices.Clone(d.Status.Steps[1:4])
	first[0].Plan, second[0].Plan = d.Ways.Ways[0].Label, d.Ways.Ways[1].Label
	d.Status.Steps = append(first, second...)
	return d
}

// notice is the one about language help, in all languages that can be printed
// (web/messages, letter.tagline and paper.tagline).
var notice = strings.Join([]string{
	"This letter is important. Call 1-800-555-0100 for free help in your language.",
	"Esta carta es importante. Llame al 1-800-555-0100 para recibir ayuda gratis en español.",
	"Lèt sa a enpòtan. Rele 1-800-555-0100 pou jwenn èd gratis an kreyòl.",
	"Esta carta é importante. Ligue para 1-800-555-0100 para ter ajuda grátis em português.",
	"这封信很重要。请致电 1-800-555-0100 获取免费中文帮助。",
	"Lá thư này quan trọng. Hãy gọi 1-800-555-0100 để được giúp miễn phí bằng tiếng Việt.",
	"Αυτή η επιστολή είναι σημαντική. Καλέστε στο 1-800-555-0100 για δωρεάν βοήθεια στα ελληνικά.",
	"Cette lettre est importante. Appelez le 1-800-555-0100 pour une aide gratuite en français.",
	"Questa lettera è importante. Chiami il 1-800-555-0100 per un aiuto gratuito in italiano.",
	"Ten list jest ważny. Zadzwoń pod numer 1-800-555-0100, aby uzyskać bezpłatną pomoc po polsku.",
	"Это важное письмо. Позвоните по номеру 1-800-555-0100, чтобы получить бесплатную помощь на русском языке.",
	"Free help in Arabic, Gujarati, Hindi, Khmer, Korean, Lao and other languages too: call 1-800-555-0100.",
}, "\n")

// largest is the bill of a household with two plans that are past due on dates of
// their own, which has paid in parts, with the notice of language help.
func largest(d *billpdf.Document) *billpdf.Document {
	d = twoPlans(d)
	paid, last := d.Statement.Rows[1], len(d.Statement.Rows)-1
	rows := slices.Clone(d.Statement.Rows[:1])
	rows = append(append(rows, paid, paid), d.Statement.Rows[1:last]...)
	d.Statement.Rows = append(rows, d.Statement.Rows[last])
	d.More = append(slices.Clone(d.More), billpdf.Section{Heading: d.More[0].Heading, Paragraphs: []string{notice}})
	return d
}

func english() *billpdf.Document {
	return document(words{
		lang: "en", title: "Your bill for December 2026 coverage",
		facts:    []string{"Bill date", "Subscriber ID", "Bill number", "Account code"},
		billDate: "November 2, 2026", amountDue: "Amount due", payBy: "Pay by\nMonday, November 23, 2026",
		status: "You have a payment past due. Pay $124.50 by November 30 to keep your coverage.",
		steps: []billpdf.Step{
			{When: "October 23, 2026", What: "Payment was due"},
			{When: "November 2, 2026", What: "This bill", Here: "You are here"},
			{When: "November 23, 2026", What: "Payment for December is due"},
			{When: "November 30, 2026", What: "Last day to pay $124.50"},
			{When: "December 1, 2026", What: "Coverage ends if not paid"},
		},
		heading: "What's in this amount", item: "What", amount: "Amount",
		from: "Last bill, October 1", paid: "You paid on October 20. Thank you.", pastDue: "Past due", charge: "Charge for November",
		group: "Health plan for December: Pilgrim Bay Silver 2000 by Pilgrim Bay Health", gross: "Full cost", credit: "Help from your tax credit", state: "State help",
		youPay: "You pay for your health plan", dental: "Dental plan for December: Bright Cove Dental Basic", dentalPay: "You pay for your dental plan", total: "Total",
		changes:     billpdf.Section{Heading: "Why your amount changed", Paragraphs: []string{"Your monthly cost went from $112.00 to $109.50: your tax credit changed on November 1."}},
		waysHeading: "Ways to pay",
		ways: []billpdf.Way{
			{Label: "Online", Text: "pay.bayharborhealth.example until 11:59 p.m. on the due date.", Link: payURL},
			{Label: "Phone", Text: "1-800-555-0100 (TTY: 711), Monday to Friday, 8 a.m. to 6 p.m."},
			{Label: "Mail", Text: "Check or money order with the slip below. Mail by November 13 to be safe."},
			{Label: "Your bank's bill pay", Text: "Set it up 7 business days before."},
		},
		codeAlt: "Payment code. Opens the pay page for bill 00004711.", caption: "Scan to pay this bill online",
		help:    []string{"Questions? Call 1-800-555-0100 (TTY: 711). Free interpreters. Large print or braille? Call."},
		history: "Your last three months", columns: []string{"Date", "What", "Amount", "Balance"},
		more: []billpdf.Section{
			{Heading: "How to read this bill", Points: []string{
				"Full cost is the price of your plan before any help.",
				"Tax credit and state help are paid to your plan for you.",
				"Past due is what earlier bills asked for and we did not get.",
				"A minus sign means money in your favor.",
			}},
			{Heading: "What happens if you don't pay", Paragraphs: []string{
				"You have until November 30 to pay what is past due. If we don't get it, your coverage ends on December 1 and claims after that day are not paid.",
			}},
			{Heading: "Can't pay, or don't agree?", Paragraphs: []string{
				"Call us before the due date. You may ask for more time if something serious happened.",
				"You have the right to appeal. Write to us within 30 days of this bill. Tell us what is wrong and why. You keep your coverage while we look at it if you keep paying.",
			}},
			{Heading: "Tell us about changes", Paragraphs: []string{"New address, new job, a baby, or other insurance? Tell us within 30 days. It can lower your bill."}},
			{Heading: "AutoPay", Paragraphs: []string{"We can take each bill from your bank account. Sign up online or ask for the paper form. You can stop at any time."}},
			{Heading: "Language help and your rights", Paragraphs: []string{
				"This bill is important. Call 1-800-555-0100 for free help in your language.\nEsta factura es importante. Llame para recibir ayuda gratis en español.\nBòdwo sa a enpòtan. Rele pou jwenn èd gratis an kreyòl.\nEsta fatura é importante. Ligue para ajuda grátis em português.\n此账单很重要。请致电获取免费中文帮助。\nHóa đơn này quan trọng. Hãy gọi để được giúp miễn phí bằng tiếng Việt.",
				"We treat everyone the same, whatever their race, color, national origin, age, disability or sex. You may complain to the marketplace or to the federal Office for Civil Rights.",
			}},
		},
		cut: "Cut here and mail this part", slip: "Payment slip for December 2026", name: "Name", payByLabel: "Pay by", payByDate: "November 23, 2026",
		notes:    []string{"Make the check out to Bay Harbor Health.", "Write your Subscriber ID on it. Don't send cash. Don't staple."},
		enclosed: "Amount enclosed", barcode: "Barcode for the bank, with the numbers of this slip",
		footer: "Bill 00004711, version 1, English. Page {page} of {pages}",
	})
}

func vietnamese() *billpdf.Document {
	return document(words{
		lang: "vi", title: "Hóa đơn của quý vị cho bảo hiểm tháng 12 năm 2026",
		facts:    []string{"Ngày hóa đơn", "Số Subscriber ID", "Số hóa đơn", "Mã tài khoản"},
		billDate: "2 tháng 11, 2026", amountDue: "Số tiền phải trả", payBy: "Trả trước\nThứ Hai, 23 tháng 11, 2026",
		status: "Quý vị có khoản thanh toán quá hạn. Trả $124.50 trước ngày 30 tháng 11 để giữ bảo hiểm.",
		steps: []billpdf.Step{
			{When: "23 tháng 10, 2026", What: "Hạn trả tiền đã qua"},
			{When: "2 tháng 11, 2026", What: "Hóa đơn này", Here: "Quý vị đang ở đây"},
			{When: "23 tháng 11, 2026", What: "Hạn trả tiền tháng 12"},
			{When: "30 tháng 11, 2026", What: "Ngày cuối để trả $124.50"},
			{When: "1 tháng 12, 2026", What: "Bảo hiểm kết thúc nếu chưa trả"},
		},
		heading: "Số tiền này gồm những gì", item: "Khoản", amount: "Số tiền",
		from: "Hóa đơn trước, 1 tháng 10", paid: "Quý vị đã trả ngày 20 tháng 10. Cảm ơn.", pastDue: "Quá hạn", charge: "Phí tháng 11",
		group: "Bảo hiểm y tế tháng 12: Pilgrim Bay Silver 2000 của Pilgrim Bay Health", gross: "Toàn bộ chi phí", credit: "Tín dụng thuế trả giúp", state: "Tiểu bang trả giúp",
		youPay: "Quý vị trả cho bảo hiểm y tế", dental: "Bảo hiểm nha khoa tháng 12: Bright Cove Dental Basic", dentalPay: "Quý vị trả cho bảo hiểm nha khoa", total: "Tổng cộng",
		changes:     billpdf.Section{Heading: "Vì sao số tiền thay đổi", Paragraphs: []string{"Chi phí hàng tháng đổi từ $112.00 thành $109.50: tín dụng thuế của quý vị thay đổi ngày 1 tháng 11."}},
		waysHeading: "Cách trả tiền",
		ways: []billpdf.Way{
			{Label: "Trên mạng", Text: "pay.bayharborhealth.example đến 11:59 tối ngày đến hạn.", Link: payURL},
			{Label: "Điện thoại", Text: "1-800-555-0100 (TTY: 711), thứ Hai đến thứ Sáu, 8 giờ sáng đến 6 giờ chiều."},
			{Label: "Thư", Text: "Gửi chi phiếu hoặc money order với phiếu bên dưới. Gửi trước ngày 13 tháng 11 cho chắc."},
			{Label: "Bill pay của ngân hàng", Text: "Sắp đặt trước 7 ngày làm việc."},
		},
		codeAlt: "Mã thanh toán. Mở trang trả tiền cho hóa đơn 00004711.", caption: "Quét để trả hóa đơn này trên mạng",
		help:    []string{"Có thắc mắc? Gọi 1-800-555-0100 (TTY: 711). Thông dịch miễn phí. Cần chữ lớn hoặc chữ nổi? Hãy gọi."},
		history: "Ba tháng vừa qua", columns: []string{"Ngày", "Nội dung", "Số tiền", "Số dư"},
		more: []billpdf.Section{
			{Heading: "Cách đọc hóa đơn này", Points: []string{
				"Toàn bộ chi phí là giá bảo hiểm trước khi được trả giúp.", "Tín dụng thuế và tiểu bang trả thẳng cho hãng bảo hiểm.",
				"Quá hạn là tiền của hóa đơn trước mà chúng tôi chưa nhận.", "Dấu trừ là tiền có lợi cho quý vị.",
			}},
			{Heading: "Nếu quý vị không trả", Paragraphs: []string{"Quý vị có đến ngày 30 tháng 11 để trả số tiền quá hạn. Nếu không, bảo hiểm kết thúc ngày 1 tháng 12."}},
			{Heading: "Không thể trả, hoặc không đồng ý?", Paragraphs: []string{"Hãy gọi trước ngày đến hạn. Quý vị có quyền khiếu nại trong vòng 30 ngày kể từ hóa đơn này."}},
		},
		cut: "Cắt ở đây và gửi phần này", slip: "Phiếu trả tiền tháng 12 năm 2026", name: "Tên", payByLabel: "Trả trước ngày", payByDate: "23 tháng 11, 2026",
		notes:    []string{"Viết chi phiếu cho Bay Harbor Health.", "Ghi số Subscriber ID trên chi phiếu. Đừng gửi tiền mặt. Đừng bấm kim."},
		enclosed: "Số tiền gửi kèm", barcode: "Mã vạch cho ngân hàng, có các số của phiếu này",
		footer: "Hóa đơn 00004711, bản 1, tiếng Việt. Trang {page} / {pages}",
	})
}

func chinese() *billpdf.Document {
	return document(words{
		lang: "zh-Hans", title: "您2026年12月保险的账单",
		facts:    []string{"账单日期", "订户编号 (Subscriber ID)", "账单号码", "账户代码"},
		billDate: "2026年11月2日", amountDue: "应付金额", payBy: "请在2026年11月23日\n星期一之前付款",
		status: "您有一笔逾期款项。请在11月30日之前支付 $124.50，以保留您的保险。",
		steps: []billpdf.Step{
			{When: "2026年10月23日", What: "付款到期"},
			{When: "2026年11月2日", What: "本账单", Here: "您在这里"},
			{When: "2026年11月23日", What: "12月款项到期"},
			{When: "2026年11月30日", What: "支付 $124.50 的最后一天"},
			{When: "2026年12月1日", What: "如未付款，保险终止"},
		},
		heading: "金额明细", item: "项目", amount: "金额",
		from: "上期账单，10月1日", paid: "您于10月20日付款，谢谢。", pastDue: "逾期", charge: "11月保费",
		group: "12月健康保险：Pilgrim Bay Silver 2000，Pilgrim Bay Health", gross: "全额费用", credit: "税收抵免补助", state: "州政府补助",
		youPay: "您支付的健康保险费", dental: "12月牙科保险：Bright Cove Dental Basic", dentalPay: "您支付的牙科保险费", total: "合计",
		changes:     billpdf.Section{Heading: "金额为何变动", Paragraphs: []string{"您每月的费用从 $112.00 变为 $109.50：您的税收抵免于11月1日变更。"}},
		waysHeading: "付款方式",
		ways: []billpdf.Way{
			{Label: "网上", Text: "pay.bayharborhealth.example，截至到期日晚上11:59。", Link: payURL},
			{Label: "电话", Text: "1-800-555-0100（TTY：711），星期一至星期五，上午8点至下午6点。"},
			{Label: "邮寄", Text: "支票或汇票，附上下方的付款单。为稳妥起见，请在11月13日之前寄出。"},
			{Label: "银行账单支付", Text: "请提前7个工作日设置。"},
		},
		codeAlt: "付款码。打开账单 00004711 的付款页面。", caption: "扫码在网上支付本账单",
		help:    []string{"有疑问？请致电 1-800-555-0100（TTY：711）。免费口译。需要大字体或盲文？请致电。"},
		history: "最近三个月", columns: []string{"日期", "内容", "金额", "余额"},
		more: []billpdf.Section{
			{Heading: "如何阅读本账单", Points: []string{"全额费用是您的保险计划在任何补助之前的价格。", "税收抵免和州政府补助直接付给保险公司。", "逾期是以前的账单要求而我们未收到的款项。", "减号表示对您有利的金额。"}},
			{Heading: "如果您不付款", Paragraphs: []string{"您须在11月30日之前支付逾期款项。如果我们没有收到，您的保险将于12月1日终止，之后的医疗费用不予支付。"}},
			{Heading: "无法付款，或不同意？", Paragraphs: []string{"请在到期日之前致电。如果发生了严重的事情，您可以申请更多时间。", "您有权上诉。请在本账单之后30天内写信给我们，说明哪里有误以及原因。"}},
			{Heading: "告诉我们变化", Paragraphs: []string{"新地址、新工作、新生儿或其他保险？请在30天内告诉我们。这可能会降低您的账单。"}},
		},
		cut: "沿此线剪下并寄回此部分", slip: "2026年12月付款单", name: "姓名", payByLabel: "付款截止日", payByDate: "2026年11月23日",
		notes:    []string{"支票抬头请写 Bay Harbor Health。", "请在支票上写上您的订户编号。请勿寄现金。请勿装订。"},
		enclosed: "随附金额", barcode: "供银行使用的条形码，含本付款单的号码",
		footer: "账单 00004711，第1版，简体中文。第 {page} 页，共 {pages} 页",
	})
}
