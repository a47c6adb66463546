package tokenizer

import "strings"

// Encode turns text into token ids. It never fails: see the package's key
// properties. Invalid UTF-8 is read as U+FFFD.
func (t *Tokenizer) Encode(text string) []int64 {
	var ids []int64
	text = normal(text)
	for text != "" {
		start, token := t.findSpecial(text)
		ids = t.appendWords(ids, text[:start])
		if token != "" {
			ids = append(ids, t.ids[token])
		}
		text = text[start+len(token):]
	}
	return ids
}

func normal(text string) string {
	return strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))
}

// findSpecial returns where the first special token in text starts and the token
// itself, or the text's length and "".
func (t *Tokenizer) findSpecial(text string) (int, string) {
	for from := 0; ; {
		open := strings.IndexByte(text[from:], '<')
		if open < 0 {
			return len(text), ""
		}
		open += from
		end := strings.IndexByte(text[open:], '>')
		if end < 0 {
			return len(text), ""
		}
		token := text[open : open+end+1]
		if id, ok := t.ids[token]; ok && id < int64(t.special) {
			return open, token
		}
		from = open + 1
	}
}

// appendWords adds the tokens of text that holds no special token.
func (t *Tokenizer) appendWords(ids []int64, text string) []int64 {
	for w := range strings.FieldsSeq(spread(text)) {
		if id, ok := t.ids[w]; ok && !t.isByte(id) {
			ids = append(ids, id)
			continue
		}
		if len(ids) > 0 && t.isByte(ids[len(ids)-1]) {
			ids = append(ids, t.firstByte+space)
		}
		for _, b := range []byte(w) {
			ids = append(ids, t.firstByte+int64(b))
		}
	}
	return ids
}

// isOneWord says whether Encode reads w as a single plain word.
func isOneWord(w string) bool {
	return len(strings.Fields(spread(w))) == 1 && !strings.ContainsAny(w, "<>")
}

// spread puts spaces round ";" and ",".
func spread(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, ";", " ; "), ",", " , ")
}

func (t *Tokenizer) isByte(id int64) bool {
	return id >= t.firstByte && id < t.firstByte+byteCount
}

// Decode turns token ids into text in canonical form, special tokens included.
// Ids outside the vocabulary are left out.
func (t *Tokenizer) Decode(ids []int64) string {
	var text strings.Builder
	afterByte := false
	for _, id := range ids {
		token := t.Token(id)
		if token == "" {
			continue
		}
		isByte := t.isByte(id)
		joined := token == ";" || token == "," || isByte && afterByte
		if text.Len() > 0 && !joined {
			text.WriteByte(' ')
		}
		if isByte {
			text.WriteByte(byte(id - t.firstByte))
		} else {
			text.WriteString(token)
		}
		afterByte = isByte
	}
	return text.String()
}
