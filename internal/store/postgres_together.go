package store

import "slices"

// together makes one list of steps of several callers, each in its own order,
// with as few statements as can be: the same insert of several becomes one of
// more rows. The callers' accounts differ, so it does not matter whose step
// comes first.
func together(callers [][]step) []step {
	if len(callers) == 1 {
		return callers[0]
	}
	var steps []step
	callers = slices.Clone(callers)
	for {
		callers = slices.DeleteFunc(callers, func(c []step) bool { return len(c) == 0 })
		if len(callers) == 0 {
			return steps
		}
		next := nextOf(callers)
		var same []step
		for i, c := range callers {
			if c[0].stmt.alike(next) {
				same = append(same, c[0])
				callers[i] = c[1:]
			}
		}
		steps = append(steps, inOne(same)...)
	}
}

// nextOf picks the statement that comes next: one that no caller has later on,
// so that all of its rows are together, if there is one.
func nextOf(callers [][]step) *Stmt {
	for _, c := range callers {
		next := c[0].stmt
		later := func(s step) bool { return s.stmt.alike(next) }
		if !slices.ContainsFunc(callers, func(o []step) bool { return !later(o[0]) && slices.ContainsFunc(o[1:], later) }) {
			return next
		}
	}
	return callers[0][0].stmt
}

// alike tells whether two statements are the same but for the number of rows.
func (s *Stmt) alike(o *Stmt) bool {
	return s == o || s.few != nil && o.few != nil && s.few[0] == o.few[0]
}

// inOne puts steps that are alike together, if that can be done.
func inOne(steps []step) []step {
	few := steps[0].stmt.few
	asks := func(s step) bool { return s.row != nil || s.touched != nil }
	if few == nil || len(steps) == 1 || slices.ContainsFunc(steps, asks) {
		return steps
	}
	var args []any
	for _, s := range steps {
		args = append(args, s.args...)
	}
	var all []step
	width := few[0].width
	for chunk := range slices.Chunk(args, width*len(few)) {
		all = append(all, step{stmt: few[len(chunk)/width-1], args: chunk})
	}
	return all
}
