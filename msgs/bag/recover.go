package bag

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Recovered says what Recover saved and what it could not.
type Recovered struct {
	Saved  uint64           `json:"saved"`
	Lost   uint64           `json:"lost"` // as far as it is known
	Topics []RecoveredTopic `json:"topics"`
	Kinds  []LossKind       `json:"kinds"`
	// Damages are all that was found, in the order in which it was met.
	Damages []Damage `json:"damages"`
}

// RecoveredTopic is Recovered of one topic. Lost is the difference to what the
// bag's index and metadata said; 0 where they are gone.
type RecoveredTopic struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Saved uint64 `json:"saved"`
	Lost  uint64 `json:"lost"`
}

// LossKind counts the damages of one kind. Messages is how many are known to be
// lost by them; those of a damaged chunk are known by topic only.
type LossKind struct {
	Kind     Kind   `json:"kind"`
	Places   int    `json:"places"`
	Messages uint64 `json:"messages"`
}

// Recover writes all that r can read to a new bag in dir, which must not exist or
// be empty, with the topics, QoS and definitions that r knows. report, where it
// is not nil, hears from time to time how many messages were read. Cancelling ctx
// closes the new bag with what it has and returns ctx's error.
func Recover(ctx context.Context, r *Reader, dir string, o Options, report func(read uint64)) (Recovered, error) {
	o.Definition = r.Definition
	o.FlushEvery = -1 // nothing here is lost for good: who is interrupted starts again
	w, err := Create(dir, o)
	if err != nil {
		return Recovered{}, err
	}
	rec := recovery{reader: r, writer: w, report: report, found: r.damages[:len(r.damages):len(r.damages)]}
	err = rec.run(ctx)
	return rec.sum(), errors.Join(err, w.Close())
}

type recovery struct {
	reader *Reader
	writer *Writer
	report func(read uint64)
	found  damages
	read   uint64
	types  map[string]string // by topic
	odd    map[string]uint64 // messages of a second type, by topic
}

// reportEvery is after how many messages a recovery reports and looks at ctx.
const reportEvery = 1000

func (rec *recovery) run(ctx context.Context) error {
	rec.types, rec.odd = map[string]string{}, map[string]uint64{}
	for _, t := range rec.reader.topics {
		rec.types[t.Name] = t.Type
		if err := rec.writer.Topic(t.Name, t.Type, t.OfferedQoS); err != nil {
			return err
		}
	}
	for m, err := range rec.reader.Messages() {
		if err != nil {
			var damage *DamageError
			if !errors.As(err, &damage) {
				return err
			}
			rec.found = append(rec.found, damage.Damage())
			continue
		}
		if err := rec.save(m); err != nil {
			return err
		}
		if rec.read++; rec.read%reportEvery == 0 {
			if rec.report != nil {
				rec.report(rec.read)
			}
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("recovery stopped after %d messages: %w", rec.read, err)
			}
		}
	}
	for topic, n := range rec.odd {
		rec.found.add(BadTopic, n, "topic %s: %d messages of a second type were left out", topic, n)
	}
	return nil
}

func (rec *recovery) save(m Message) error {
	if m.Type != rec.types[m.Topic] {
		rec.odd[m.Topic]++
		return nil
	}
	return rec.writer.Write(m.Topic, m.Data, m.LogTime, m.Published)
}

func (rec *recovery) sum() Recovered {
	s := Recovered{Topics: []RecoveredTopic{}, Kinds: []LossKind{}, Damages: append([]Damage{}, rec.found...)}
	for topic, saved := range rec.writer.Counts() {
		t := RecoveredTopic{Name: topic, Type: rec.types[topic], Saved: saved}
		if expected := rec.reader.Expected(topic); expected > saved {
			t.Lost = expected - saved
		}
		s.Saved += t.Saved
		s.Lost += t.Lost
		s.Topics = append(s.Topics, t)
	}
	slices.SortFunc(s.Topics, func(a, b RecoveredTopic) int { return cmp.Compare(a.Name, b.Name) })
	for _, d := range rec.found {
		i := slices.IndexFunc(s.Kinds, func(k LossKind) bool { return k.Kind == d.Kind })
		if i < 0 {
			i = len(s.Kinds)
			s.Kinds = append(s.Kinds, LossKind{Kind: d.Kind})
		}
		s.Kinds[i].Places++
		s.Kinds[i].Messages += d.Messages
	}
	return s
}
