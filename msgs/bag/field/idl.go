package field

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"hyt/msgs/rosidl"
)

// parseIDL reads the structs of the OMG IDL 4.2 that rosidl writes (design.ros2.org,
// "IDL - Interface Definition and Language Mapping"): modules, structs, typedefs of
// arrays and constants. Annotations are passed over.
func parseIDL(text string) (map[string]*rosidl.Message, error) {
	p := idlParser{tokens: idlTokens(text), types: map[string]*rosidl.Message{}, aliases: map[string]rosidl.Type{}}
	if err := p.definitions(nil); err != nil {
		return nil, err
	}
	return p.types, nil
}

// idlParser reads tokens from the front.
type idlParser struct {
	tokens  []string
	types   map[string]*rosidl.Message
	aliases map[string]rosidl.Type // typedefs, by their last name
}

var errEnd = errors.New("it breaks off")

func (p *idlParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *idlParser) next() string {
	token := p.peek()
	if len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return token
}

func (p *idlParser) expect(want string) error {
	if got := p.next(); got != want {
		if got == "" {
			return errEnd
		}
		return fmt.Errorf("%q where %q should be", got, want)
	}
	return nil
}

// definitions reads what stands in a module, or in the file.
func (p *idlParser) definitions(module []string) error {
	for {
		switch token := p.next(); token {
		case "":
			if len(module) > 0 {
				return errEnd
			}
			return nil
		case "}":
			return nil
		case ";":
		case "@":
			p.annotation()
		case "module":
			name := p.next()
			if err := p.expect("{"); err != nil {
				return err
			}
			if err := p.definitions(append(module[:len(module):len(module)], name)); err != nil {
				return err
			}
		case "struct":
			if err := p.structure(module); err != nil {
				return err
			}
		case "typedef":
			t, name, err := p.member()
			if err != nil {
				return err
			}
			p.aliases[name] = t
		case "const":
			for p.peek() != ";" && p.peek() != "" {
				p.next()
			}
		default:
			return fmt.Errorf("%q is neither module, struct, typedef nor const", token)
		}
	}
}

// annotation passes over "name" or "name (...)".
func (p *idlParser) annotation() {
	p.next()
	if p.peek() != "(" {
		return
	}
	for deep := 0; ; {
		switch p.next() {
		case "(":
			deep++
		case ")":
			deep--
		case "":
			return
		}
		if deep == 0 {
			return
		}
	}
}

func (p *idlParser) structure(module []string) error {
	m := &rosidl.Message{Name: p.next()}
	if len(module) == 2 {
		m.Package, m.Kind = module[0], module[1]
	}
	if err := p.expect("{"); err != nil {
		return err
	}
	for p.peek() != "}" {
		if p.peek() == "@" {
			p.next()
			p.annotation()
			continue
		}
		t, name, err := p.member()
		if err != nil {
			return fmt.Errorf("struct %s: %w", m.Name, err)
		}
		if name != "structure_needs_at_least_one_member" {
			m.Fields = append(m.Fields, rosidl.Field{Name: name, Type: t})
		}
	}
	p.next()
	if p.types[m.TypeName()] == nil {
		p.types[m.TypeName()] = m
	}
	return nil
}

// member reads "type name;" or "type name[3];".
func (p *idlParser) member() (t rosidl.Type, name string, err error) {
	if t, err = p.typ(); err != nil {
		return t, "", err
	}
	name = p.next()
	if p.peek() == "[" {
		p.next()
		n, err := strconv.ParseUint(p.next(), 10, 31)
		if err != nil || n == 0 || t.Array != rosidl.Single {
			return t, name, fmt.Errorf("%s is no array of a fixed length", name)
		}
		t.Array, t.Len = rosidl.Fixed, int(n)
		if err := p.expect("]"); err != nil {
			return t, name, err
		}
	}
	return t, name, p.expect(";")
}

// primitives of IDL, as ROS calls them.
var primitives = map[string]string{
	"boolean": "bool", "octet": "byte", "char": "char", "float": "float32", "double": "float64",
	"int8": "int8", "uint8": "uint8", "int16": "int16", "uint16": "uint16", "int32": "int32", "uint32": "uint32",
	"int64": "int64", "uint64": "uint64", "short": "int16", "long": "int32", "string": "string",
}

func (p *idlParser) typ() (t rosidl.Type, err error) {
	token := p.next()
	switch {
	case token == "":
		return t, errEnd
	case token == "sequence":
		if err := p.expect("<"); err != nil {
			return t, err
		}
		if t, err = p.typ(); err != nil {
			return t, err
		}
		if t.Array != rosidl.Single {
			return t, errors.New("an array of arrays")
		}
		t.Array = rosidl.Sequence
		if p.peek() == "," {
			p.next()
			p.next()
		}
		return t, p.expect(">")
	case token == "unsigned":
		inner, err := p.typ()
		inner.Name = "u" + inner.Name
		return inner, err
	case token == "long" && p.peek() == "long":
		p.next()
		return rosidl.Type{Name: "int64"}, nil
	case primitives[token] != "":
		t.Name = primitives[token]
		if p.peek() == "<" {
			p.tokens = p.tokens[min(2, len(p.tokens)):]
			return t, p.expect(">")
		}
		return t, nil
	}
	parts := strings.Split(token, "::")
	if alias, ok := p.aliases[parts[len(parts)-1]]; ok {
		return alias, nil
	}
	if len(parts) != 3 {
		return t, fmt.Errorf("%q is no type that ROS messages have", token)
	}
	return rosidl.Type{Package: parts[0], Kind: parts[1], Name: parts[2]}, nil
}

// idlTokens cuts text into words, quoted texts and signs. Comments, #include and the
// lines between files are left out.
func idlTokens(text string) (tokens []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "IDL:") || strings.HasPrefix(line, "===") {
			continue
		}
		for line != "" && !strings.HasPrefix(line, "//") {
			n := tokenLength(line)
			tokens = append(tokens, line[:n])
			line = strings.TrimSpace(line[n:])
		}
	}
	return tokens
}

// tokenLength is that of the first token of a line that is not empty.
func tokenLength(line string) int {
	if line[0] == '"' {
		for i := 1; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(line)
	}
	n := strings.IndexFunc(line, func(r rune) bool {
		return r != '_' && r != ':' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	switch {
	case n < 0:
		return len(line)
	case n == 0:
		_, size := utf8.DecodeRuneInString(line)
		return size
	}
	return n
}
