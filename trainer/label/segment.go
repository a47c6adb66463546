package label

import (
	"math"
	"strings"
)

// part is a stretch of an episode with one sub-task.
type part struct {
	from  int    // sample
	sub   string // "": it cannot be told
	thing int    // of Track.Things, which the hand goes for; -1: it cannot be told
}

// find is the part that a sample is in.
func find(parts []part, i int) int {
	n := len(parts) - 1
	for parts[n].from > i {
		n--
	}
	return n
}

// A stop is this long without a command faster than this; it parts what comes before
// from what comes after, so one at an end counts for nothing.
const (
	stopSeconds = 0.5
	stopSpeed   = 0.01 // m/s
)

// segment cuts an episode where the gripper closes or opens, or else, where the
// instruction names several steps, at its stops.
func segment(t Track) []part {
	parts := []part{{thing: -1}}
	for i := 1; i < len(t.Grip); i++ {
		if (t.Grip[i] > 0.5) != (t.Grip[i-1] > 0.5) {
			parts = append(parts, part{from: i, thing: -1})
		}
	}
	grips := len(parts) > 1
	steps := Steps(t.Instruction[0])
	if !grips && len(steps) > 1 {
		if at := stops(t); len(at) == len(steps)-1 {
			for _, i := range at {
				parts = append(parts, part{from: i, thing: -1})
			}
		}
	}
	for n := range parts {
		p := &parts[n]
		end := len(t.Seconds) - 1 // where the hand goes in this part
		if n+1 < len(parts) {
			end = parts[n+1].from
		}
		switch {
		case grips:
			p.thing = nearest(t, closing(t, parts, n))
			p.sub = gripping(t, p, steps, n == len(parts)-1)
		case len(parts) == len(steps):
			p.thing, p.sub = nearest(t, end), steps[n]
		default: // one thing at a time, or nothing tells when the next begins
			p.thing = nearest(t, end)
			if len(steps) == 1 {
				p.sub = steps[0]
			}
		}
	}
	return parts
}

// closing is the sample at which the gripper takes what part n is about: its own end
// while it is open, its start while it is closed. After the last opening the hand
// goes for nothing: -1.
func closing(t Track, parts []part, n int) int {
	open := t.Grip[parts[n].from] > 0.5
	switch {
	case !open:
		return parts[n].from
	case n+1 < len(parts):
		return parts[n+1].from
	}
	return -1
}

// gripping names what a part does with a thing, where the gripper acts.
func gripping(t Track, p *part, steps []string, last bool) string {
	name := object(steps[0])
	if p.thing >= 0 {
		name = t.Things[p.thing].Name
	}
	if name == "" {
		return ""
	}
	switch {
	case t.Grip[p.from] <= 0.5:
		return "carry " + name
	case last && p.from > 0:
		return "leave " + name
	}
	return "reach " + name
}

// reach is how near, m, a thing must be to the hand to be what it acts on.
const reach = 0.1

// nearest is the thing that is nearest to the hand at a sample; -1: none is near.
func nearest(t Track, i int) int {
	best, distance := -1, reach
	if t.Hand == nil || i < 0 {
		return best
	}
	for n, thing := range t.Things {
		d := 0.0
		for axis := range 3 {
			d += (thing.At[i][axis] - t.Hand[i][axis]) * (thing.At[i][axis] - t.Hand[i][axis])
		}
		if d = math.Sqrt(d); d < distance { // never, where a place is not known
			best, distance = n, d
		}
	}
	return best
}

// stops are the samples at which the robot goes on after having stood.
func stops(t Track) (at []int) {
	stood, moved := -1, false
	for i, v := range t.Speed {
		still := math.Sqrt(v[0]*v[0]+v[1]*v[1]+v[2]*v[2]) < stopSpeed
		switch {
		case still && stood < 0:
			stood = i
		case !still:
			if moved && stood >= 0 && t.Seconds[i]-t.Seconds[stood] >= stopSeconds {
				at = append(at, i)
			}
			stood, moved = -1, true
		}
	}
	return at
}

// Steps are the parts of an instruction as steps of a thought: without articles, cut
// at "and", "then" and commas. Parts of one word belong to the step before them.
func Steps(instruction string) (steps []string) {
	text := strings.ToLower(instruction)
	for _, sign := range []string{",", ".", ";"} {
		text = strings.ReplaceAll(text, sign, " , ")
	}
	var words []string
	finish := func() {
		switch {
		case len(words) >= 2:
			steps = append(steps, strings.Join(words, " "))
		case len(words) == 1 && len(steps) > 0:
			steps[len(steps)-1] += " " + words[0]
		}
		words = nil
	}
	for _, w := range strings.Fields(text) {
		switch {
		case w == "and" || w == "then" || w == ",":
			finish()
		case w == "the" || w == "a" || w == "an" || w == "please" || strings.ContainsAny(w, "<>"):
		default:
			words = append(words, w)
		}
	}
	finish()
	if len(steps) == 0 {
		return []string{""}
	}
	return steps
}

// object is what a step is about: its words after the verb, up to a relation.
func object(step string) string {
	words := strings.Fields(step)
	if len(words) < 2 {
		return ""
	}
	words = words[1:]
	if words[0] == "up" || words[0] == "down" {
		words = words[1:]
	}
	for i, w := range words {
		switch w {
		case "on", "onto", "in", "into", "to", "at", "left", "right", "beside", "behind", "under", "next", "from", "with":
			return strings.Join(words[:i], " ")
		}
	}
	return strings.Join(words, " ")
}
