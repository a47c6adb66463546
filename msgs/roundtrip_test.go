package msgs_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"hyt/msgs"
	"hyt/msgs/cdr"
	"hyt/msgs/rcl_interfaces"
	"hyt/msgs/rmw_dds_common"
	"hyt/msgs/types"
)

// filled is a new message of the type with every field set and sequences of n.
func filled(t testing.TB, typeName string, n int) msgs.Message {
	t.Helper()
	m, ok := types.New(typeName)
	if !ok {
		t.Fatalf("types.New does not know %s", typeName)
	}
	fill(rand.New(rand.NewPCG(1, uint64(n))), reflect.ValueOf(m).Elem(), n)
	return m
}

func TestEveryTypeRoundTripsInBothByteOrders(t *testing.T) {
	for _, name := range types.Names() {
		for _, n := range []int{0, 1, 3} {
			want := filled(t, name, n)
			data, err := msgs.TryMarshal(want)
			if errors.Is(err, cdr.ErrBound) && n > 1 {
				continue // a bounded sequence; see TestBoundsHold
			}
			if err != nil {
				t.Fatal(err)
			}
			if little := encode(binary.LittleEndian, want); !bytes.Equal(data, little) {
				t.Errorf("%s: wrote\n%x, want\n%x", name, data, little)
			}
			for _, data := range [][]byte{data, encode(binary.BigEndian, want)} {
				got, _ := types.New(name)
				if err := msgs.Unmarshal(data, got); err != nil {
					t.Errorf("%v (from %x)", err, data)
				} else if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: read %+v, want %+v", name, got, want)
				}
			}
		}
	}
}

func TestNamesAreTheNamesOfTheTypes(t *testing.T) {
	for _, name := range types.Names() {
		if m, _ := types.New(name); m.TypeName() != name {
			t.Errorf("types.New(%q) is a %s", name, m.TypeName())
		}
	}
	if m, ok := types.New("std_msgs/msg/Nothing"); ok || m != nil {
		t.Errorf("an unknown type gave %v, %v", m, ok)
	}
}

func TestBoundsHold(t *testing.T) {
	for _, c := range []struct {
		message msgs.Message
		says    string
	}{
		{&rmw_dds_common.NodeEntitiesInfo{NodeName: strings.Repeat("n", 257)},
			"encode rmw_dds_common/msg/NodeEntitiesInfo: field node_name at byte 9: too long: length 257, the type allows at most 256"},
		{&rcl_interfaces.ParameterDescriptor{IntegerRange: make([]rcl_interfaces.IntegerRange, 2)},
			"encode rcl_interfaces/msg/ParameterDescriptor: field integer_range at byte 32: too long: length 2, the type allows at most 1"},
	} {
		_, err := msgs.TryMarshal(c.message)
		if err == nil || err.Error() != c.says {
			t.Errorf("writing: error is %v, want %s", err, c.says)
		}
		mustPanic(t, func() { msgs.Marshal(c.message) })
		// What another program sends is not bound by our writer.
		got, _ := types.New(c.message.TypeName())
		if err := msgs.Unmarshal(encode(binary.LittleEndian, c.message), got); !errors.Is(err, cdr.ErrBound) {
			t.Errorf("reading: error is %v, want ErrBound", err)
		}
	}
	longest := &rmw_dds_common.NodeEntitiesInfo{NodeName: strings.Repeat("n", 256)}
	if _, err := msgs.TryMarshal(longest); err != nil {
		t.Errorf("a name at its bound was refused: %v", err)
	}
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("Marshal wrote a message that breaks its bounds")
		}
	}()
	f()
}

func TestEveryTruncationIsAnError(t *testing.T) {
	for _, name := range types.Names() {
		data := msgs.Marshal(filled(t, name, 1))
		for n := range data {
			m, _ := types.New(name)
			if err := msgs.Unmarshal(data[:n:n], m); !errors.Is(err, cdr.ErrTruncated) {
				t.Fatalf("%s cut to %d of %d bytes: error is %v, want ErrTruncated", name, n, len(data), err)
			}
		}
	}
}

func TestDecodeErrorsNameTheField(t *testing.T) {
	little, _ := columns(t, golden[1].body)
	m, _ := types.New("sensor_msgs/msg/Image")
	err := msgs.Unmarshal(little[:len(little)-1], m)
	want := "decode sensor_msgs/msg/Image: field data at byte 44: input too short: " +
		"6 elements of at least 1 bytes claimed, 5 bytes are left"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

// lies are lengths that no input can back; the last ones are near the truth.
var lies = []uint32{0xffffffff, 0x80000000, 0x7fffffff, 0x00ffffff, 200, 20}

// TestLyingLengthsDoNotAllocate puts lies over each 4 bytes of each message, in
// both byte orders, and measures what decoding allocates.
func TestLyingLengthsDoNotAllocate(t *testing.T) {
	for _, name := range types.Names() {
		var inputs [][]byte
		size := 0
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			for at := 4; at+4 <= min(len(encode(order, filled(t, name, 1))), 400); at += 4 {
				for _, lie := range lies {
					data := encode(order, filled(t, name, 1))
					copy(data[at:], order.AppendUint32(nil, lie))
					inputs = append(inputs, data)
					size += len(data)
				}
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, data := range inputs {
			m, _ := types.New(name)
			_ = msgs.Unmarshal(data, m) // an error or not, both are right
		}
		runtime.ReadMemStats(&after)
		// 8 times: a sequence in Go is 24 bytes where its length on the wire is 4.
		// The rest is the message itself, the Reader and the error.
		m, _ := types.New(name)
		allowed := 8*size + len(inputs)*(2048+int(reflect.TypeOf(m).Elem().Size()))
		if got := int(after.TotalAlloc - before.TotalAlloc); got > allowed {
			t.Errorf("%s: %d inputs of %d bytes in all made the decoder allocate %d bytes, at most %d are justified",
				name, len(inputs), size, got, allowed)
		}
	}
}

// FuzzUnmarshal reads anything as any type. What is accepted can be written, and
// comes back as the same bytes.
func FuzzUnmarshal(f *testing.F) {
	names := types.Names()
	for i, name := range names {
		f.Add(uint8(i), encode(binary.LittleEndian, filled(f, name, 1)))
		f.Add(uint8(i), encode(binary.BigEndian, filled(f, name, 1)))
	}
	f.Fuzz(func(t *testing.T, index uint8, data []byte) {
		name := names[int(index)%len(names)]
		m, _ := types.New(name)
		if msgs.Unmarshal(data, m) != nil {
			return
		}
		first, err := msgs.TryMarshal(m)
		if err != nil {
			t.Fatalf("%s: read from %x but cannot be written: %v", name, data, err)
		}
		again, _ := types.New(name)
		if err := msgs.Unmarshal(first, again); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if second := msgs.Marshal(again); !bytes.Equal(first, second) {
			t.Fatalf("%s: wrote %x, then %x", name, first, second)
		}
	})
}
