package guest

// document is the HTML bill: the sealed bill as it was sent (R-BILL-4), and
// one sentence about coverage as it is today.
func (v *visit) document() {
	s, ok := v.member()
	if !ok {
		return
	}
	d, err := v.due(s)
	switch {
	case err != nil:
		v.Fail(err)
	case d.Bill == nil:
		v.NotFound()
	default:
		view := d.Document()
		v.showAddress(&view, d.Link)
		if err := v.showPaper(&view, d); err != nil {
			v.Fail(err)
			return
		}
		v.Show(view)
	}
}
