package recorder

// Stats says what a recorder has done so far.
type Stats struct {
	Messages uint64 // written
	Dropped  uint64 // received, but the queue was full
	Waiting  int    // bytes received and not yet written
	Topics   []TopicStats
}

// TopicStats is Stats of one topic.
type TopicStats struct {
	Name       string
	Type       string // "": nobody is there yet
	Messages   uint64
	Dropped    uint64
	Publishers int  // matched now
	BestEffort bool // asked for, or adapted to a publisher
}

// Stats may be called from any goroutine, before, during and after Run.
func (r *Recorder) Stats() Stats {
	total := Stats{Waiting: r.queue.waiting()}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.subscriptions {
		t := TopicStats{
			Name: s.topic.Name, Type: s.typeName, BestEffort: s.topic.BestEffort,
			Messages: s.written.Load(), Dropped: s.dropped.Load(),
		}
		if len(s.readers) > 0 {
			t.Publishers = s.readers[0].Matched() // the volatile one matches all that the other does
		}
		total.Messages += t.Messages
		total.Dropped += t.Dropped
		total.Topics = append(total.Topics, t)
	}
	return total
}
