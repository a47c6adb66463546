// Package tokenizer turns text into the model's tokens and back, by a Hugging
// Face tokenizer.json.
//
// Key properties:
//
//   - Text is lower-cased, cut at white space, and ";" and "," are words.
//   - A word of the vocabulary is one token. Any other word is one token for each
//     of its bytes, "<0x00>" to "<0xFF>"; between two such words stands the byte
//     of a space, so that they stay two. No text is unknown.
//   - Special tokens ("<act>", "<x12>") are found anywhere, as in "<x12><y40>".
//   - Decode(Encode(text)) is text in canonical form: lower case, one space
//     between words, none before ";" and ",". Canonical text comes back unchanged.
//
// In the file the model is a WordLevel one. The Hugging Face library has no byte
// fallback for those, so it refuses an unknown word ("unk_token" names a token
// that the vocabulary lacks) instead of reading it differently from this package.
package tokenizer

import (
	"fmt"
	"slices"
	"strings"
)

// The special tokens that every vocabulary starts with, ids 0 to 4.
const (
	Pad    = "<pad>"    // fills up a batch, never seen at run time
	Act    = "<act>"    // mode: image, instruction -> actions
	Think  = "<think>"  // mode: image, instruction -> thought -> actions
	Follow = "<follow>" // mode: image, given thought -> actions
	EOT    = "<eot>"    // end of thought
)

const (
	placeBins = 64
	byteCount = 256
	space     = ' '
)

// Tokenizer is immutable and may be used by many goroutines.
type Tokenizer struct {
	tokens    []string         // by id
	ids       map[string]int64 // by token
	special   int              // tokens below this id are special ones
	firstByte int64            // id of "<0x00>"; the other bytes follow
}

// Build makes a tokenizer whose vocabulary is the special tokens, the place
// bins, the bytes, ";" and ",", and the words of texts, in that order. Texts may
// be words or whole phrases. The words are sorted, so that the same set of words
// gives the same tokenizer.
func Build(texts []string) *Tokenizer {
	tokens := append(specialTokens(), byteTokens()...)
	tokens = append(tokens, ";", ",")
	known := make(map[string]bool)
	for _, t := range tokens {
		known[t] = true
	}
	var fresh []string
	for _, text := range texts {
		for w := range strings.FieldsSeq(spread(normal(text))) {
			if !known[w] && !strings.ContainsAny(w, "<>") {
				known[w] = true
				fresh = append(fresh, w)
			}
		}
	}
	slices.Sort(fresh)
	return index(append(tokens, fresh...))
}

// index builds the look-up tables over tokens laid out as Build does.
func index(tokens []string) *Tokenizer {
	t := &Tokenizer{tokens: tokens, ids: make(map[string]int64, len(tokens))}
	for id, token := range tokens {
		t.ids[token] = int64(id)
	}
	t.special = len(specialTokens())
	t.firstByte = t.ids[byteToken(0)]
	return t
}

func specialTokens() []string {
	tokens := []string{Pad, Act, Think, Follow, EOT}
	for _, axis := range "xy" {
		for i := range placeBins {
			tokens = append(tokens, fmt.Sprintf("<%c%02d>", axis, i))
		}
	}
	return tokens
}

func byteTokens() []string {
	tokens := make([]string, byteCount)
	for i := range tokens {
		tokens[i] = byteToken(byte(i))
	}
	return tokens
}

func byteToken(b byte) string { return fmt.Sprintf("<0x%02X>", b) }

// Size is the number of tokens; ids are 0 to Size-1.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// ID is the token's id, or -1 when the vocabulary lacks it. It looks up the very
// token: use Encode for text.
func (t *Tokenizer) ID(token string) int64 {
	if id, ok := t.ids[token]; ok {
		return id
	}
	return -1
}

// Token is the token with this id, or "" when there is none.
func (t *Tokenizer) Token(id int64) string {
	if id < 0 || id >= int64(len(t.tokens)) {
		return ""
	}
	return t.tokens[id]
}

// Words returns the vocabulary without special and byte tokens, in order of id.
func (t *Tokenizer) Words() []string {
	return slices.Clone(t.tokens[int(t.firstByte)+byteCount:])
}
