package msgs

import (
	"embed"
	"fmt"
	"strings"

	"hyt/msgs/rosidl"
)

//go:embed def
var definitions embed.FS

// separator stands between the definitions of a type and of those it is made of,
// as rosbag2 and Foxglove expect it in a ros2msg schema.
var separator = strings.Repeat("=", 80) + "\n"

// Definition is the ros2msg text of a message type and of all types inside it:
// what an MCAP schema holds. typeName is a ROS name like "sensor_msgs/msg/Image".
func Definition(typeName string) (string, error) {
	own, inner, err := definition(typeName)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(own)
	seen := map[string]bool{typeName: true}
	for len(inner) > 0 {
		t := inner[0]
		inner = inner[1:]
		if t.Primitive() || seen[t.TypeName()] {
			continue
		}
		seen[t.TypeName()] = true
		text, more, err := definition(t.TypeName())
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%sMSG: %s/%s\n%s", separator, t.Package, t.Name, text)
		inner = append(inner, more...)
	}
	return b.String(), nil
}

// definition is the text of one type and the types of its fields. A message has
// its file's text; the parts of services and actions are written from their fields.
func definition(typeName string) (text string, inner []rosidl.Type, err error) {
	m, text, err := find(typeName)
	if err != nil {
		return "", nil, err
	}
	for _, f := range m.Fields {
		inner = append(inner, f.Type)
	}
	if m.Kind != "msg" {
		text = m.Text()
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text, inner, nil
}

// find parses the interface file that typeName comes from.
func find(typeName string) (*rosidl.Message, string, error) {
	parts := strings.Split(typeName, "/")
	if len(parts) != 3 {
		return nil, "", fmt.Errorf("%q is no type name: it looks like sensor_msgs/msg/Image", typeName)
	}
	pkg, kind := parts[0], parts[1]
	name, _, _ := strings.Cut(parts[2], "_")
	text, err := definitions.ReadFile("def/" + pkg + "/" + kind + "/" + name + "." + kind)
	if err != nil {
		return nil, "", fmt.Errorf("there is no definition of %s in hyt: add msgs/def/%s/%s/%s.%s and run go generate", typeName, pkg, kind, name, kind)
	}
	file, err := rosidl.Parse(pkg, kind, name, string(text))
	if err != nil {
		return nil, "", err
	}
	for _, m := range file.Messages {
		if m.TypeName() == typeName {
			return m, string(text), nil
		}
	}
	return nil, "", fmt.Errorf("there is no definition of %s in hyt: %s/%s/%s has no such part", typeName, pkg, kind, name)
}
