//go:build cgo && !nodds

package dds

/*
#cgo pkg-config: CycloneDDS
#cgo CFLAGS: -std=gnu11
#include "shim.h"
*/
import "C"

import "fmt"

// statusError turns what a DDS call returned into an error: nil unless negative.
// Handles are returned in the same way, so they can be passed too.
func statusError(code C.dds_return_t, doing string) error {
	if code >= 0 {
		return nil
	}
	return fmt.Errorf("dds: %s: %s", doing, C.GoString(C.dds_strretcode(code)))
}
