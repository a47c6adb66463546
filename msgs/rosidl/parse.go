package rosidl

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	typeNameRE     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	partNameRE     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(_[A-Z][A-Za-z0-9]*)*$`) // also SetBool_Request
	packageNameRE  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	fieldNameRE    = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	constantNameRE = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
)

// Parse parses the text of pkg/kind/name.kind. Errors name file and line.
func Parse(pkg, kind, name, text string) (*File, error) {
	f := &File{Package: pkg, Kind: kind, Name: name}
	path := pkg + "/" + kind + "/" + name + "." + kind
	if !packageNameRE.MatchString(pkg) || !typeNameRE.MatchString(name) {
		return nil, fmt.Errorf("%s: package names are lower_snake_case and type names CamelCase", path)
	}
	parts, ok := map[string][]string{
		"msg":    {""},
		"srv":    {"_Request", "_Response"},
		"action": {"_Goal", "_Result", "_Feedback"},
	}[kind]
	if !ok {
		return nil, fmt.Errorf("%s: an interface is a msg, a srv or an action", path)
	}
	p := parser{file: f, path: path}
	p.start(parts[0])
	for line := range strings.SplitSeq(text, "\n") {
		p.line++
		if strings.TrimSpace(line) == "---" {
			if len(f.Messages) == len(parts) {
				return nil, p.errorf("too many parts: a %s has %d, divided by ---", kind, len(parts))
			}
			p.finish()
			p.start(parts[len(f.Messages)])
			continue
		}
		if err := p.parseLine(line); err != nil {
			return nil, err
		}
	}
	p.finish()
	if len(f.Messages) != len(parts) {
		return nil, p.errorf("%d parts: a %s has %d, divided by ---", len(f.Messages), kind, len(parts))
	}
	if kind == "action" {
		f.Messages = append(f.Messages, derived(pkg, name)...)
	}
	return f, nil
}

// parser holds the message being read and the comment lines not yet given to
// anything.
type parser struct {
	file    *File
	path    string
	line    int
	message *Message
	pending []string
	last    *[]string // doc of the last field or constant of this message
}

func (p *parser) start(suffix string) {
	p.message = &Message{Package: p.file.Package, Kind: p.file.Kind, Name: p.file.Name + suffix}
	p.file.Messages = append(p.file.Messages, p.message)
	p.last = nil
}

// finish gives a comment that stands alone in a message to that message.
func (p *parser) finish() {
	if p.last == nil {
		p.takeDoc(&p.message.Doc)
	}
	p.pending = nil
}

func (p *parser) takeDoc(doc *[]string) {
	if len(*doc) == 0 {
		*doc = p.pending
	}
	p.pending = nil
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.path, p.line, fmt.Sprintf(format, args...))
}

// parseLine reads one line. A comment block belongs to what follows it at once,
// or, when a blank line follows and nothing came before, to the message.
func (p *parser) parseLine(line string) error {
	code, comment := splitComment(line)
	code = strings.TrimSpace(code)
	switch {
	case code == "" && comment == nil:
		p.finish()
		return nil
	case code == "":
		p.pending = append(p.pending, *comment)
		return nil
	case comment != nil:
		p.pending = append(p.pending, *comment)
	}
	return p.parseMember(code)
}

// parseMember reads "type name", "type name default" or "type NAME=value".
func (p *parser) parseMember(code string) error {
	typ, rest, _ := strings.Cut(strings.ReplaceAll(code, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	t, err := parseType(typ, p.file.Package)
	if err != nil {
		return p.errorf("%v", err)
	}
	if left, value, found := strings.Cut(rest, "="); found && constantNameRE.MatchString(strings.TrimSpace(left)) {
		return p.addConstant(t, strings.TrimSpace(left), strings.TrimSpace(value))
	}
	name, value, _ := strings.Cut(rest, " ")
	return p.addField(t, name, strings.TrimSpace(value))
}

func (p *parser) addConstant(t Type, name, value string) error {
	if !t.Primitive() || t.Array != Single {
		return p.errorf("constant %s: only primitive types can be constants, not %s", name, t)
	}
	literal, err := parseLiteral(t, value)
	if err != nil {
		return p.errorf("constant %s: %v", name, err)
	}
	for _, c := range p.message.Constants {
		if c.Name == name {
			return p.errorf("constant %s is there twice", name)
		}
	}
	p.message.Constants = append(p.message.Constants, Constant{Name: name, Type: t, Value: literal})
	p.last = &p.message.Constants[len(p.message.Constants)-1].Doc
	p.takeDoc(p.last)
	return nil
}

func (p *parser) addField(t Type, name, value string) error {
	if !fieldNameRE.MatchString(name) {
		return p.errorf("%q is no field name: lower_snake_case is", name)
	}
	for _, f := range p.message.Fields {
		if f.Name == name {
			return p.errorf("field %s is there twice", name)
		}
	}
	field := Field{Name: name, Type: t}
	if value != "" {
		var err error
		if field.Default, err = parseDefault(t, value); err != nil {
			return p.errorf("field %s: %v", name, err)
		}
	}
	p.message.Fields = append(p.message.Fields, field)
	p.last = &p.message.Fields[len(p.message.Fields)-1].Doc
	p.takeDoc(p.last)
	return nil
}

// splitComment cuts a line at the first # that is not inside quotes. comment is
// nil without one.
func splitComment(line string) (code string, comment *string) {
	line = strings.TrimRight(line, "\r")
	var quote rune
	for i, c := range line {
		switch {
		case quote != 0:
			if c == quote && line[i-1] != '\\' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			text := strings.TrimSpace(line[i+1:])
			return line[:i], &text
		}
	}
	return line, nil
}
