package tokenizer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// small is a tokenizer for "push the red cube left zone".
func small() *Tokenizer { return Build([]string{"push the red cube", "left zone", "push"}) }

func TestVocabularyStartsWithTheSpecialTokens(t *testing.T) {
	tok := small()
	for _, c := range []struct {
		token string
		id    int64
	}{
		{Pad, 0}, {Act, 1}, {Think, 2}, {Follow, 3}, {EOT, 4},
		{"<x00>", 5}, {"<x63>", 68}, {"<y00>", 69}, {"<y63>", 132},
		{"<0x00>", 133}, {"<0xFF>", 388}, {";", 389}, {",", 390},
		{"cube", 391}, {"zone", 396}, {"zebra", -1},
	} {
		if id := tok.ID(c.token); id != c.id {
			t.Errorf("ID(%q) = %d, want %d", c.token, id, c.id)
		}
	}
	if tok.Size() != 397 {
		t.Errorf("Size() = %d, want 397", tok.Size())
	}
}

func TestSameWordsGiveTheSameTokenizer(t *testing.T) {
	a, b := Build([]string{"red cube", "push"}), Build([]string{"push", "cube", "red", "red"})
	if !slices.Equal(a.tokens, b.tokens) {
		t.Errorf("%v and %v differ", a.Words(), b.Words())
	}
}

func TestEncode(t *testing.T) {
	tok := small()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"push the red cube", "push the red cube"},
		{" Push\tTHE  red\ncube ", "push the red cube"},
		{"red;cube,red", "red ; cube , red"},
		{"push<act>", "push <act>"},
		{"<x12><y40>", "<x12> <y40>"},
		{"<X12>", "<x12>"},
		{"no", "<0x6E> <0x6F>"},
		{"cubes", "<0x63> <0x75> <0x62> <0x65> <0x73>"},
		{"a b", "<0x61> <0x20> <0x62>"}, // two unknown words stay two
		{"a red b", "<0x61> red <0x62>"},
		{"a;b", "<0x61> ; <0x62>"},
		{"é", "<0xC3> <0xA9>"},
		{"<x64>", "<0x3C> <0x78> <0x36> <0x34> <0x3E>"},         // no such bin: a word like any other
		{"<0x41>", "<0x3C> <0x30> <0x78> <0x34> <0x31> <0x3E>"}, // text is never taken for a byte token
		{"<<x12>", "<0x3C> <x12>"},
	} {
		if got := tokens(tok, tok.Encode(c.text)); got != c.want {
			t.Errorf("Encode(%q) = %s, want %s", c.text, got, c.want)
		}
	}
}

func tokens(tok *Tokenizer, ids []int64) string {
	var names []string
	for _, id := range ids {
		names = append(names, tok.Token(id))
	}
	return strings.Join(names, " ")
}

// canonical texts come back from their tokens as they are.
var canonical = []string{
	"",
	"push the red cube",
	"fetch the zebra from the moon",
	"plan push red cube left zone, touch ball; target red cube <x12> <y40>; grip close;",
	"<think> sub push cube; <eot>",
	"naïve größe 立方体",
	"<0x41> <x64> a<b",
}

func TestCanonicalTextComesBackUnchanged(t *testing.T) {
	tok := small()
	for _, text := range canonical {
		if got := tok.Decode(tok.Encode(text)); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

func TestDecodeLeavesOutIdsBeyondTheVocabulary(t *testing.T) {
	tok := small()
	if got := tok.Decode([]int64{-1, tok.ID("red"), 9999}); got != "red" {
		t.Errorf("got %q, want %q", got, "red")
	}
}

func FuzzTextRoundTrip(f *testing.F) {
	for _, text := range canonical {
		f.Add(text)
	}
	f.Add("a\xffb <x0 <x12 > ;;, ,")
	tok := small()
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		for _, id := range ids {
			if id < 0 || id >= int64(tok.Size()) {
				t.Fatalf("%q has the id %d, outside 0..%d", text, id, tok.Size()-1)
			}
		}
		once := tok.Decode(ids)
		if !utf8.ValidString(once) {
			t.Fatalf("%q became invalid UTF-8 %q", text, once)
		}
		again := tok.Encode(once)
		if !slices.Equal(ids, again) {
			t.Fatalf("%q: tokens %s, after a round trip %s", text, tokens(tok, ids), tokens(tok, again))
		}
	})
}

func FuzzAnyIdsDecode(f *testing.F) {
	f.Add([]byte{1, 2, 3, 255, 254})
	tok := small()
	f.Fuzz(func(t *testing.T, raw []byte) {
		ids := make([]int64, len(raw))
		for i, b := range raw {
			ids[i] = int64(b) * 2 // reaches bytes and words
		}
		_ = tok.Decode(ids)
	})
}

// The ids are those that the Hugging Face tokenizers library (0.23.2) gives with
// the file that Save writes, without adding special tokens.
func TestEncodeAgreesWithTheHuggingFaceLibrary(t *testing.T) {
	tok := small()
	for _, c := range []struct {
		text string
		want []int64
	}{
		{" Push\tTHE  red\ncube ", []int64{393, 395, 394, 391}},
		{"red;cube,red<eot>", []int64{394, 389, 391, 390, 394, 4}},
		{"<think>push cube left zone; <x12><y40>;", []int64{2, 393, 391, 392, 396, 389, 17, 109, 389}},
		{"red\u00a0cube\u2003push", []int64{394, 391, 393}},
	} {
		if got := tok.Encode(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Encode(%q) = %v, want %v", c.text, got, c.want)
		}
	}
}

func TestSavedTokenizerLoadsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	tok := small()
	if err := tok.Save(path); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(path)
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tok.tokens, loaded.tokens) {
		t.Fatal("the vocabulary changed")
	}
	if err := loaded.Save(path); err != nil {
		t.Fatal(err)
	}
	if second, _ := os.ReadFile(path); string(first) != string(second) {
		t.Error("the loaded tokenizer saves other bytes")
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := small().Save(path); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, old, new, want string }{
		{"cut short", `"unk_token"`, "\x00", "not a tokenizer.json"},
		{"another model", `"WordLevel"`, `"BPE"`, `model.type is "BPE"`},
		{"no lower-casing", `"Lowercase"`, `"NFC"`, `normalizer.type is "NFC"`},
		{"another splitter", `"[;,]"`, `"[;]"`, "pre_tokenizer cuts text in another way"},
		{"id twice", `"cube": 391`, `"cube": 392`, "share the id 392"},
		{"id beyond", `"zone": 396`, `"zone": 400`, `token "zone" has id 400`},
		{"renamed special", `"<eot>": 4,`, `"<end>": 4,`, `has "<end>" where "<eot>" must be`},
		{"upper case", `"cube": 391`, `"Cube": 391`, `"Cube" (id 391), which is not one lower-case word`},
		{"two words", `"cube": 391`, `"a cube": 391`, "not one lower-case word"},
		{"id of another kind", `"cube": 391`, `"cube": "x"`, "not a tokenizer.json"},
	} {
		broken := strings.Replace(string(sound), c.old, c.new, 1)
		if broken == string(sound) {
			t.Fatalf("%s: the file has no %s", c.what, c.old)
		}
		if err := os.WriteFile(path, []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q and the path", c.what, err, c.want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a missing file loads")
	}
}

func FuzzLoadNeverPanics(f *testing.F) {
	f.Add([]byte(`{"model":{"type":"WordLevel","vocab":{"a":0}}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if tok, err := parse(data); err == nil && tok.Size() < 5 {
			t.Error("a tokenizer without special tokens was accepted")
		}
	})
}

func BenchmarkEncodeInstruction(b *testing.B) {
	tok := small()
	b.ReportAllocs()
	for b.Loop() {
		tok.Encode("push the red cube into the left zone")
	}
}
