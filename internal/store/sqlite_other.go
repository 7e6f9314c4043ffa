//go:build !linux

package store

import "errors"

// Other systems are not tried: some keep a file twice.
func mapFile(uintptr, int64, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmapFile([]byte) error { return nil }

func startWriting(uintptr) error { return errors.ErrUnsupported }
