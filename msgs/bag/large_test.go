package bag

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/foxglove/mcap/go/mcap"
)

// spread makes a file of the given size of a small indexed one: its chunks lie evenly
// in it, with holes between them that take no room on the disk.
func spread(t testing.TB, name string, small []byte, size int64) {
	t.Helper()
	footer := small[len(small)-8-footerBody:]
	start := int64(binary.LittleEndian.Uint64(footer))
	summary := bytes.Clone(small[start : len(small)-8-footerBody-recordHead])
	out, err := os.Create(name)
	check(t, err)
	defer out.Close()
	write := func(data []byte, at int64) {
		t.Helper()
		_, err := out.WriteAt(data, at)
		check(t, err)
	}
	chunks := 0
	indexes := func(visit func(body []byte, n int)) {
		n := 0
		_, err := walk(summary, func(op mcap.OpCode, body []byte) error {
			if op == mcap.OpChunkIndex {
				visit(body, n)
				n++
			}
			return nil
		})
		check(t, err)
		chunks = n
	}
	indexes(func([]byte, int) {})
	first, step := int64(0), size/int64(chunks)
	indexes(func(body []byte, n int) {
		at, length := int64(binary.LittleEndian.Uint64(body[16:])), int64(binary.LittleEndian.Uint64(body[24:]))
		if n == 0 {
			first = at
			write(small[:first], 0)
		}
		write(small[at:at+length], first+int64(n)*step)
		binary.LittleEndian.PutUint64(body[16:], uint64(first+int64(n)*step))
	})
	end := first + int64(chunks)*step
	write(summary, end)
	tail := append([]byte{byte(mcap.OpFooter)}, binary.LittleEndian.AppendUint64(nil, footerBody)...)
	tail = binary.LittleEndian.AppendUint64(tail, uint64(end))
	tail = append(tail, make([]byte, 8+4)...) // no offsets of the summary, no checksum
	write(append(tail, mcap.Magic...), end+int64(len(summary)))
}

// BenchmarkInfoOfTenGigabytes is what hyt bag info does, on an indexed bag in
// rosbag2's chunks of 768 KiB. The bar is a second.
func BenchmarkInfoOfTenGigabytes(b *testing.B) {
	w, dir := create(b, Options{FlushEvery: -1, ChunkSize: 1})
	check(b, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	const chunks, size = 13_000, 10e9
	for i := range chunks {
		check(b, w.Write("/image", payload("/image", i), at(i), at(i)))
	}
	check(b, w.Close())
	large := filepath.Join(b.TempDir(), "large.mcap")
	spread(b, large, readFile(b, dataFile(b, dir)), size)
	for b.Loop() {
		r, err := Open(large)
		check(b, err)
		info := r.Info()
		if info.Messages != chunks || info.Bytes < size || len(info.Problems) > 0 {
			b.Fatalf("info %+v", info)
		}
		check(b, r.Close())
	}
	read := 0
	for _, err := range open(b, large).Messages() { // its chunks are where the index says
		check(b, err)
		read++
	}
	if read != chunks {
		b.Fatalf("%d messages of %d", read, chunks)
	}
}
