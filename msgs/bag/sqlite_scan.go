package bag

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Bounds of a run of rows that is read as one.
const (
	runBytes = 1 << 20
	runRows  = 4096
)

var errRowOrder = errors.New("rows are out of order")

// scanRows finds the messages by reading the table in the order of its rows,
// without their data. Where a page is damaged it goes on behind it.
func (f *file) scanRows(s *sqliteStore) {
	for first := int64(0); ; {
		last, err := f.scanFrom(s, first)
		if err == nil {
			return
		}
		next, found := s.seekPast(last + 1)
		if !found {
			f.lose(BadEnd, 0, len(f.chunks), "%s: its messages from row %d on cannot be read (%v)", f.name, last+1, plain(err))
			return
		}
		lost := uint64(max(0, next-last-1)) // rosbag2 numbers rows without gaps
		f.lose(BadChunk, lost, len(f.chunks), "%s: the messages in rows %d to %d are damaged (%v)", f.name, last+1, next-1, plain(err))
		first = next
	}
}

// scanFrom adds the rows from first on, and returns the last one it could read.
func (f *file) scanFrom(s *sqliteStore, first int64) (last int64, err error) {
	last = first - 1
	rows, err := s.db.Query("SELECT rowid, topic_id, timestamp, length(data) FROM messages WHERE rowid >= ? ORDER BY rowid", first)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	run := rowRun{file: f}
	for rows.Next() {
		var row int64
		var topic, stamp, size sql.NullInt64
		if err := rows.Scan(&row, &topic, &stamp, &size); err != nil {
			return last, fmt.Errorf("row %d is no message", last+1)
		}
		if row <= last {
			return last, errRowOrder
		}
		if !topic.Valid || !stamp.Valid || topic.Int64 < 0 || topic.Int64 > maxTopic {
			f.lose(BadMessage, 1, len(f.chunks), "%s: row %d is no message", f.name, row)
			run.chunk = nil
		} else {
			run.add(row, uint32(topic.Int64), stamp.Int64, size.Int64)
		}
		last = row
	}
	return last, rows.Err()
}

// rowRun gathers rows that follow one another into chunks.
type rowRun struct {
	file  *file
	chunk *chunk
	bytes int64
}

func (r *rowRun) add(row int64, topic uint32, stamp, size int64) {
	c := r.chunk
	if c == nil || r.bytes+size > runBytes || row-c.firstRow >= runRows {
		c = &chunk{file: r.file, firstRow: row, start: math.MaxInt64, end: math.MinInt64}
		r.file.chunks = append(r.file.chunks, c)
		r.chunk, r.bytes = c, 0
	}
	c.lastRow = row
	if stamp >= 0 {
		c.start, c.end = min(c.start, stamp), max(c.end, stamp)
	}
	if !slices.Contains(c.topics, topic) {
		c.topics = append(c.topics, topic)
	}
	r.file.counts[topic]++
	r.bytes += size
}

// seek returns the first row from first to last that can be found.
func (s *sqliteStore) seek(first, last int64) (row int64, found bool, err error) {
	err = s.db.QueryRow("SELECT rowid FROM messages WHERE rowid BETWEEN ? AND ? ORDER BY rowid LIMIT 1", first, last).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return row, err == nil && row >= first, err
}

// How seekPast looks: row by row at first, then in growing steps.
const (
	singleSteps = 256
	lastStep    = 1 << 40
)

// seekPast returns the first row after damaged ones, from row on.
func (s *sqliteStore) seekPast(row int64) (next int64, found bool) {
	reachable := func(from int64) bool {
		_, _, err := s.seek(from, math.MaxInt64)
		return err == nil
	}
	bad, good := row, row
	for step := int64(1); ; {
		good = bad + step
		if step > lastStep || good < bad {
			return 0, false
		}
		if reachable(good) {
			break
		}
		bad = good
		if bad-row >= singleSteps {
			step *= 2
		}
	}
	for good-bad > 1 {
		if middle := bad + (good-bad)/2; reachable(middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	next, found, _ = s.seek(good, math.MaxInt64)
	return next, found
}
