//go:build cgo && !nodds

package dds

import (
	"bytes"
	"testing"
)

// What we accept as a call we can write again, byte for byte.
func FuzzCallsRoundTrip(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 0, 0})
	f.Add(append([]byte{0, 1, 0, 0}, make([]byte, 15)...))
	f.Add(append([]byte{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, make([]byte, 8)...))
	f.Add(append([]byte{0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		id, encapsulation, body, ok := cutCall(data)
		if ok != (len(data) >= callHeader) {
			t.Fatalf("%d bytes: %v", len(data), ok)
		}
		if !ok {
			return
		}
		var header [callHeader]byte
		id.putHeader(&header, encapsulation)
		if again := append(header[:], body...); !bytes.Equal(again, data) {
			t.Errorf("% x became % x", data, again)
		}
	})
}
