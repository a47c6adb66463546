package bag

import (
	"encoding/binary"
	"io"
	"io/fs"
	"os"

	"modernc.org/sqlite/vfs"
)

// pageSize is that of a database file, in bytes, by its header; 0 where that
// makes no sense.
func pageSize(header []byte) int64 {
	if len(header) < 18 {
		return 0
	}
	size := int64(binary.BigEndian.Uint16(header[16:]))
	if size == 1 {
		return 65536
	}
	if size < 512 || size&(size-1) != 0 {
		return 0
	}
	return size
}

// wholePages is a file system with one file, the database at path, without a
// last page that is incomplete: sqlite would take its missing bytes for zeros,
// and hand out messages with zeros in them.
type wholePages struct {
	path string
	page int64 // bytes
}

// Open implements fs.FS.
func (w wholePages) Open(name string) (fs.File, error) {
	if name != w.name() {
		return nil, fs.ErrNotExist
	}
	f, err := os.Open(w.path)
	if err != nil {
		return nil, err
	}
	stat, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	whole := stat.Size() / w.page * w.page
	return &pagedFile{SectionReader: io.NewSectionReader(f, 0, whole), file: f, info: sized{stat, whole}}, nil
}

// name is how the file is called inside.
func (wholePages) name() string { return "bag" }

// register makes the file system known to sqlite, under the returned name.
func (w wholePages) register() (name string, unregister func() error, err error) {
	name, registered, err := vfs.New(w)
	if err != nil {
		return "", nil, err
	}
	return name, registered.Close, nil
}

// pagedFile is the beginning of a file.
type pagedFile struct {
	*io.SectionReader
	file *os.File
	info sized
}

func (p *pagedFile) Close() error               { return p.file.Close() }
func (p *pagedFile) Stat() (fs.FileInfo, error) { return p.info, nil }

// sized is a file's info with another size.
type sized struct {
	fs.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }
