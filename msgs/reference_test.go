package msgs_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
)

// reference is a second encoder, written against Go values by reflection. It knows
// nothing of the generator, and both byte orders.
type reference struct {
	order binary.AppendByteOrder
	body  []byte
}

func encode(order binary.AppendByteOrder, message any) []byte {
	header := []byte{0, 1, 0, 0}
	if order == binary.AppendByteOrder(binary.BigEndian) {
		header[1] = 0
	}
	e := &reference{order: order}
	e.value(reflect.ValueOf(message).Elem())
	return append(header, e.body...)
}

func (e *reference) number(bits uint64, size int) {
	for len(e.body)%size != 0 {
		e.body = append(e.body, 0)
	}
	switch size {
	case 1:
		e.body = append(e.body, byte(bits))
	case 2:
		e.body = e.order.AppendUint16(e.body, uint16(bits))
	case 4:
		e.body = e.order.AppendUint32(e.body, uint32(bits))
	case 8:
		e.body = e.order.AppendUint64(e.body, bits)
	}
}

func (e *reference) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.NumField() == 0 {
			e.number(0, 1)
		}
		for i := range v.NumField() {
			e.value(v.Field(i))
		}
	case reflect.Slice:
		e.number(uint64(v.Len()), 4)
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			e.value(v.Index(i))
		}
	case reflect.String:
		e.number(uint64(v.Len()+1), 4)
		e.body = append(append(e.body, v.String()...), 0)
	case reflect.Bool:
		if v.Bool() {
			e.number(1, 1)
		} else {
			e.number(0, 1)
		}
	case reflect.Float32:
		e.number(uint64(math.Float32bits(float32(v.Float()))), 4)
	case reflect.Float64:
		e.number(math.Float64bits(v.Float()), 8)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.number(uint64(v.Int()), int(v.Type().Size()))
	default:
		e.number(v.Uint(), int(v.Type().Size()))
	}
}

// fill gives every field of v a value; sequences get n elements.
func fill(rng *rand.Rand, v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(rng, v.Field(i), n)
		}
	case reflect.Slice:
		if n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(rng, v.Index(i), n)
		}
	case reflect.String:
		v.SetString(strconv.Itoa(100_000 + rng.IntN(900_000))[:n])
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(float32(rng.NormFloat64())))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(rng.Uint64()) >> (64 - 8*v.Type().Size()))
	default:
		v.SetUint(rng.Uint64() >> (64 - 8*v.Type().Size()))
	}
}
