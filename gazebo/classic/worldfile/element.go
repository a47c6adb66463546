package worldfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// element is one XML element, with all that is in it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []*element `xml:",any"`
}

func parse(document []byte) (*element, error) {
	e := &element{}
	if err := xml.NewDecoder(bytes.NewReader(document)).Decode(e); err != nil {
		return nil, fmt.Errorf("not well-formed XML: %w", err)
	}
	e.trim()
	return e, nil
}

// trim drops the blanks between elements.
func (e *element) trim() {
	e.Text = strings.TrimSpace(e.Text)
	for _, c := range e.Children {
		c.trim()
	}
}

func (e *element) bytes() ([]byte, error) {
	body, err := xml.MarshalIndent(e, "", " ")
	return append([]byte(xml.Header), body...), err
}

// leaf is an element that holds numbers or a word.
func leaf(tag string, values ...any) *element {
	words := make([]string, len(values))
	for i, v := range values {
		if f, ok := v.(float64); ok {
			words[i] = strconv.FormatFloat(f, 'g', -1, 64)
			continue
		}
		words[i] = fmt.Sprint(v)
	}
	return &element{XMLName: xml.Name{Local: tag}, Text: strings.Join(words, " ")}
}

// node is an element that holds others. An empty name gives it no name attribute.
func node(tag, name string, children ...*element) *element {
	e := &element{XMLName: xml.Name{Local: tag}, Children: children}
	if name != "" {
		e.set("name", name)
	}
	return e
}

func (e *element) set(attr, value string) *element {
	e.Attrs = append(e.Attrs, xml.Attr{Name: xml.Name{Local: attr}, Value: value})
	return e
}

func (e *element) name() string {
	for _, a := range e.Attrs {
		if a.Name.Local == "name" {
			return a.Value
		}
	}
	return ""
}

// find returns the first child of that tag and, unless it is empty, that name.
func (e *element) find(tag, name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.XMLName.Local == tag && (name == "" || c.name() == name) {
			return c
		}
	}
	return nil
}

// put replaces the child of that tag, or adds it.
func (e *element) put(child *element) {
	for i, c := range e.Children {
		if c.XMLName.Local == child.XMLName.Local {
			e.Children[i] = child
			return
		}
	}
	e.Children = append(e.Children, child)
}

// drop removes a child.
func (e *element) drop(child *element) {
	e.Children = slices.DeleteFunc(e.Children, func(c *element) bool { return c == child })
}
