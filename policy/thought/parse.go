package thought

import (
	"fmt"
	"slices"
	"strings"
)

// Parse reads a thought. Case and spacing do not matter, and the last ";" may be
// missing, as people type it. The error says which field and which word is wrong.
// Empty text is a thought without fields.
func Parse(text string) (Thought, error) {
	var t Thought
	next := 0 // first field that may still come
	for i, part := range split(words(text), ";") {
		if len(part) == 0 {
			return Thought{}, fmt.Errorf("thought: field %d is empty: remove the extra \";\"", i+1)
		}
		name := part[0]
		at := slices.Index(fieldNames(), name)
		if at < 0 {
			return Thought{}, fmt.Errorf("thought: field %d starts with %q: want one of %s", i+1, short(name), strings.Join(fieldNames(), ", "))
		}
		if at < next {
			return Thought{}, fmt.Errorf("thought: field %d, %q, comes too late or twice: the order is %s", i+1, name, strings.Join(fieldNames(), ", "))
		}
		next = at + 1
		if err := t.set(name, part[1:]); err != nil {
			return Thought{}, fmt.Errorf("thought: field %d, %q: %w", i+1, name, err)
		}
	}
	return t, nil
}

func fieldNames() []string {
	names := order()
	return names[:]
}

// set fills the named field from the words after its name.
func (t *Thought) set(field string, body []string) (err error) {
	switch field {
	case See:
		t.See, err = list(body, "red cube <x12> <y40>", func(part []string) (Seen, error) {
			object, at, err := objectAt(part)
			if err != nil {
				return Seen{}, err
			}
			return Seen{object, *at}, nil
		})
	case Plan:
		t.Plan, err = list(body, "touch red cube", step)
	case Sub:
		t.Sub, err = step(body)
	case Target:
		t.Target, t.TargetAt, err = objectAt(body)
	case EE:
		t.EE, err = place(body)
	case Move:
		t.Move, err = motions(body)
	case Grip:
		t.Grip, err = grip(body)
	}
	return err
}

// list reads parts with commas between them, at least one.
func list[T any](body []string, example string, read func([]string) (T, error)) ([]T, error) {
	var items []T
	for _, part := range split(body, ",") {
		item, err := read(part)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", len(items)+1, err)
		}
		items = append(items, item)
	}
	if len(items) == 0 || body[len(body)-1] == "," {
		return nil, fmt.Errorf("want one more at its end, such as %q", example)
	}
	return items, nil
}

// objectAt reads an object and its place.
func objectAt(body []string) (object string, at *Place, err error) {
	cut := max(len(body)-2, 0)
	if at, err = place(body[cut:]); err == nil {
		object, err = phrase(body[:cut], 1, "an object")
	}
	return object, at, err
}

func step(body []string) (string, error) {
	if len(body) == 1 && body[0] == stepDone {
		return stepDone, nil
	}
	return phrase(body, 2, "a verb and an object")
}

// phrase joins at least atLeast plain words.
func phrase(body []string, atLeast int, what string) (string, error) {
	for _, w := range body {
		if w == "," || strings.ContainsAny(w, "<>") {
			return "", fmt.Errorf("%q is not a word here: want %s", short(w), what)
		}
	}
	if len(body) < atLeast {
		return "", fmt.Errorf("%q is too short: want %s", short(strings.Join(body, " ")), what)
	}
	return strings.Join(body, " "), nil
}

func place(body []string) (*Place, error) {
	if len(body) != 2 {
		return nil, fmt.Errorf("%q is not a place: want two bins such as \"<x12> <y40>\"", short(strings.Join(body, " ")))
	}
	x, okX := binOf(body[0], 'x')
	y, okY := binOf(body[1], 'y')
	switch {
	case !okX:
		return nil, fmt.Errorf("%q is not a column: want \"<x00>\" to \"<x63>\"", short(body[0]))
	case !okY:
		return nil, fmt.Errorf("%q is not a row: want \"<y00>\" to \"<y63>\"", short(body[1]))
	}
	return &Place{X: x, Y: y}, nil
}

// binOf reads "<xNN>".
func binOf(word string, axis byte) (int, bool) {
	if len(word) != 5 || word[:2] != "<"+string(axis) || word[4] != '>' {
		return 0, false
	}
	tens, ones := word[2]-'0', word[3]-'0'
	n := int(tens)*10 + int(ones)
	return n, tens <= 9 && ones <= 9 && n < Bins
}

func motions(body []string) ([]string, error) {
	var out []string
	for i := 0; i < len(body); i++ {
		switch w := body[i]; w {
		case "left", "right", "forward", "back", "up", "down", "still":
			out = append(out, w)
		case "turn":
			i++
			if i == len(body) || body[i] != "left" && body[i] != "right" {
				return nil, fmt.Errorf("\"turn\" wants \"left\" or \"right\" after it")
			}
			out = append(out, w+" "+body[i])
		default:
			return nil, fmt.Errorf("%q is not a motion: want left, right, forward, back, up, down, turn left, turn right or still", short(w))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("want a motion after it, such as \"left\"")
	}
	return out, nil
}

func grip(body []string) (string, error) {
	if g := strings.Join(body, " "); g == "open" || g == "close" || g == "hold" {
		return g, nil
	}
	return "", fmt.Errorf("%q is not a grip: want open, close or hold", short(strings.Join(body, " ")))
}

// words cuts text at white space, lower-cased, with ";", "," and "<...>" each a
// word of its own.
func words(text string) []string {
	spaced := strings.NewReplacer(";", " ; ", ",", " , ", "<", " <", ">", "> ")
	return strings.Fields(spaced.Replace(strings.ToLower(text)))
}

// split cuts words at each sep; nothing after the last sep is no part.
func split(words []string, sep string) [][]string {
	var parts [][]string
	for len(words) > 0 {
		i := slices.Index(words, sep)
		if i < 0 {
			return append(parts, words)
		}
		parts = append(parts, words[:i])
		words = words[i+1:]
	}
	return parts
}

// short keeps what an error quotes to a length that people read.
func short(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
