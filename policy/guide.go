package policy

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"hyt/policy/prompt"
	"hyt/policy/thought"
	"hyt/policy/tokenizer"
)

// Guide holds the latest thought for the policy to follow: a thinker offers its
// thoughts at its own pace, the policy follows at control rate. Neither waits for
// the other.
type Guide struct {
	tokenizer *tokenizer.Tokenizer
	fields    []string
	latest    atomic.Pointer[guidance]
}

// guidance is one thought, ready to follow. It never changes.
type guidance struct {
	instruction string
	text        string
	stamp       time.Time // of the frame that it is about
	tokens      []int64
}

// GuideFields are the fields that an engine's own guide keeps of a thought: those
// that hold for longer than a chunk. Where the hand is, how it moves and what the
// grip does is old by the time that it is followed.
func GuideFields() []string { return []string{thought.Plan, thought.Sub, thought.Target} }

// NewGuide returns an empty guide for models with this tokenizer. Of each thought it
// keeps the named fields (see package thought), all of them if none is named.
func NewGuide(t *tokenizer.Tokenizer, fields ...string) *Guide {
	return &Guide{tokenizer: t, fields: fields}
}

// Offer makes t the thought to follow: it is about a frame of that time, and was
// written for the instruction. A thought without fields to follow changes nothing; one
// that all is done leaves nothing to follow.
func (g *Guide) Offer(t thought.Thought, instruction string, stamp time.Time) {
	if t.Done() {
		g.Clear()
		return
	}
	if len(g.fields) > 0 {
		t = t.Keep(func(field string) bool { return slices.Contains(g.fields, field) })
	}
	if len(t.Fields()) == 0 {
		return
	}
	text := t.String()
	g.latest.Store(&guidance{instruction, text, stamp, prompt.Follow(g.tokenizer, text)})
}

// Clear forgets the thought: after a new start, a reset, a change of what is so.
func (g *Guide) Clear() { g.latest.Store(nil) }

// at is the thought that may be followed now, nil if there is none: it was written
// for this instruction, and is about a frame at most maxAge away from now. Away,
// because a thinker may have seen a newer image; a clock that jumped makes it stale.
func (g *Guide) at(now time.Time, instruction string, maxAge time.Duration) *guidance {
	t := g.latest.Load()
	if t == nil || t.instruction != instruction || now.Sub(t.stamp).Abs() > maxAge {
		return nil
	}
	return t
}

// Guided follows the guide's thought, as mode follow does, if it was written for
// this instruction and is about a frame that is at most maxAge older than the
// observation. Otherwise it acts, as mode act does. Chunk.Mode says which it was,
// Chunk.Thought what was followed.
func (p *Policy) Guided(ctx context.Context, obs Observation, instruction string, g *Guide, maxAge time.Duration) (c Chunk, err error) {
	return made(&c, p.GuidedInto(ctx, obs, instruction, g, maxAge, &c))
}

// GuidedInto is Guided that writes the chunk, its actions included, into c.
func (p *Policy) GuidedInto(ctx context.Context, obs Observation, instruction string, g *Guide, maxAge time.Duration, c *Chunk) error {
	if err := p.engine.Can(Guided); err != nil {
		return err
	}
	t := g.at(obs.Stamp, instruction, maxAge)
	if t == nil {
		return p.ActInto(ctx, obs, instruction, c)
	}
	if err := p.run(ctx, obs, request{mode: Follow, text: t.text, tokens: t.tokens}, c); err != nil {
		return err
	}
	c.Thought, c.ThoughtAge = t.text, obs.Stamp.Sub(t.stamp)
	return nil
}
