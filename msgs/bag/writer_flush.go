package bag

import (
	"errors"
	"fmt"
	"time"
)

// flushLoop bounds by time what a crash can lose. Its errors are kept by the
// writer and returned by the next call.
func (w *Writer) flushLoop(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			_ = w.Flush() // w.err has it
		}
	}
}

// Flush ends the open chunk, brings the file to disk and refreshes
// metadata.yaml. Writers wait only for the first of these.
func (w *Writer) Flush() error {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	meta, err := w.flushChunk()
	if err != nil || meta == nil {
		return err
	}
	return w.settle(meta)
}

// flushChunk hands all that was written to the operating system and returns the
// metadata to it, or nil where nothing is new.
func (w *Writer) flushChunk() (*metadata, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, w.err
	}
	if !w.holding {
		return nil, nil
	}
	if err := w.seal(); err != nil {
		return nil, err
	}
	if err := w.buffer.Flush(); err != nil {
		return nil, w.fail(err)
	}
	return w.metadata(), nil
}

// settle syncs the file and writes the metadata. It runs without mu, so that a
// slow disk does not hold up Write; syncing keeps the file open meanwhile.
func (w *Writer) settle(meta *metadata) error {
	err := w.file.Sync()
	if err == nil {
		err = writeMetadata(w.dir, meta)
	}
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.fail(err)
	}
	return nil
}

// Close writes the index and the last metadata.yaml. It returns the first error
// of the writer's life, where there was one.
func (w *Writer) Close() error {
	w.syncing.Lock()
	if w.isClosed() {
		w.syncing.Unlock()
		return ErrClosed
	}
	close(w.stop)
	w.syncing.Unlock()
	w.flushes.Wait()

	w.syncing.Lock()
	defer w.syncing.Unlock()
	meta, err := w.finish()
	if err == nil {
		err = w.settle(meta)
	}
	return errors.Join(err, w.file.Close())
}

func (w *Writer) isClosed() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// finish writes all that is left: the open chunk, the index and the footer.
// Nothing can be written after it.
func (w *Writer) finish() (*metadata, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, w.err
	}
	if err := w.seal(); err != nil {
		return nil, err
	}
	if err := w.mcap.Close(); err != nil {
		return nil, w.fail(err)
	}
	if err := w.buffer.Flush(); err != nil {
		return nil, w.fail(err)
	}
	w.err = fmt.Errorf("bag %s: %w", w.dir, ErrClosed)
	return w.metadata(), nil
}

// metadata describes what was written so far.
func (w *Writer) metadata() *metadata {
	m := &metadata{
		Version: metadataVersion, StorageIdentifier: storageMCAP,
		StartingTime: startingTime{w.first}, MessageCount: w.count,
		Topics: []topicCount{}, RelativeFilePaths: []string{w.name},
	}
	if w.count > 0 {
		m.Duration.Nanoseconds = w.last - w.first
	}
	for _, t := range w.order {
		m.Topics = append(m.Topics, topicCount{Topic: t.meta, MessageCount: t.count})
	}
	m.Files = []fileSummary{{
		Path: w.name, StartingTime: m.StartingTime, Duration: m.Duration, MessageCount: m.MessageCount,
	}}
	return m
}

// Counts returns how many messages were written, by topic.
func (w *Writer) Counts() map[string]uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	counts := make(map[string]uint64, len(w.order))
	for _, t := range w.order {
		counts[t.meta.Name] = t.count
	}
	return counts
}
