package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// file is the part of the Hugging Face schema that this package writes and reads.
type file struct {
	Version       string       `json:"version"`
	Truncation    any          `json:"truncation"`
	Padding       any          `json:"padding"`
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    part         `json:"normalizer"`
	PreTokenizer  preTokenizer `json:"pre_tokenizer"`
	PostProcessor any          `json:"post_processor"`
	Decoder       any          `json:"decoder"`
	Model         model        `json:"model"`
}

type addedToken struct {
	ID         int64  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type part struct {
	Type string `json:"type"`
}

type preTokenizer struct {
	Type  string  `json:"type"`
	Parts []split `json:"pretokenizers"`
}

type split struct {
	Type     string   `json:"type"`
	Pattern  *pattern `json:"pattern,omitempty"`
	Behavior string   `json:"behavior,omitempty"`
	Invert   *bool    `json:"invert,omitempty"`
}

type pattern struct {
	Regex string `json:"Regex"`
}

type model struct {
	Type  string `json:"type"`
	Vocab vocab  `json:"vocab"`
	Unk   string `json:"unk_token"`
}

// vocab is the tokens by id. In the file it is an object, token to id.
type vocab []string

func (v vocab) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for id, token := range v {
		if id > 0 {
			b.WriteByte(',')
		}
		key, err := quote(token)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%d", key, id)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// quote writes a JSON string with "<" and ">" as they are, for people to read.
func quote(s string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return bytes.TrimSpace(b.Bytes()), err
}

func (v *vocab) UnmarshalJSON(data []byte) error {
	var ids map[string]int
	if err := json.Unmarshal(data, &ids); err != nil {
		return err
	}
	tokens := make([]string, len(ids))
	for token, id := range ids {
		if id < 0 || id >= len(tokens) {
			return fmt.Errorf("token %q has id %d, but %d tokens must have the ids 0 to %d", token, id, len(ids), len(ids)-1)
		}
		if other := tokens[id]; other != "" {
			return fmt.Errorf("tokens %q and %q share the id %d", min(token, other), max(token, other), id)
		}
		tokens[id] = token
	}
	*v = tokens
	return nil
}

// splitter is how text is cut: see the package's key properties.
func splitter() preTokenizer {
	invert := false
	return preTokenizer{Type: "Sequence", Parts: []split{
		{Type: "WhitespaceSplit"},
		{Type: "Split", Pattern: &pattern{Regex: "[;,]"}, Behavior: "Isolated", Invert: &invert},
	}}
}

// Save writes the tokenizer as a Hugging Face tokenizer.json. The same tokenizer
// gives the same bytes.
func (t *Tokenizer) Save(path string) error {
	f := file{
		Version:      "1.0",
		Normalizer:   part{Type: "Lowercase"},
		PreTokenizer: splitter(),
		Model:        model{Type: "WordLevel", Vocab: t.tokens, Unk: "<unk>"},
	}
	for id, token := range t.tokens[:t.special] {
		f.AddedTokens = append(f.AddedTokens, addedToken{ID: int64(id), Content: token, Special: true})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return fmt.Errorf("tokenizer %s: %w", path, err)
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// Load reads a tokenizer.json that Save wrote. A file of another kind, or one
// whose tokens are not laid out as Build does, is an error.
func Load(path string) (*Tokenizer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w; export the model again", path, err)
	}
	return t, nil
}

func parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w", err)
	}
	if f.Model.Type != "WordLevel" {
		return nil, fmt.Errorf("model.type is %q, want \"WordLevel\"", f.Model.Type)
	}
	if f.Normalizer.Type != "Lowercase" {
		return nil, fmt.Errorf("normalizer.type is %q, want \"Lowercase\"", f.Normalizer.Type)
	}
	if !sameSplitter(f.PreTokenizer) {
		return nil, fmt.Errorf("pre_tokenizer cuts text in another way than at white space, \";\" and \",\"")
	}
	if err := checkLayout(f.Model.Vocab); err != nil {
		return nil, err
	}
	return index(f.Model.Vocab), nil
}

func sameSplitter(p preTokenizer) bool {
	want, err1 := json.Marshal(splitter())
	have, err2 := json.Marshal(p)
	return err1 == nil && err2 == nil && bytes.Equal(want, have)
}

// checkLayout reports the first token that does not stand where Build puts it,
// and the first word that Encode could never find.
func checkLayout(tokens []string) error {
	fixed := append(append(specialTokens(), byteTokens()...), ";", ",")
	for id, want := range fixed {
		if id >= len(tokens) {
			return fmt.Errorf("model.vocab lacks the token %q", want)
		}
		if tokens[id] != want {
			return fmt.Errorf("model.vocab has %q where %q must be (id %d)", tokens[id], want, id)
		}
	}
	for id, w := range tokens[len(fixed):] {
		if normal(w) != w || !isOneWord(w) {
			return fmt.Errorf("model.vocab has %q (id %d), which is not one lower-case word", w, len(fixed)+id)
		}
	}
	return nil
}
