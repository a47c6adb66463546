package rosargs

import (
	"errors"
	"fmt"
	"strings"

	"hyt/msgs/bus"
)

// Kind tells topics and services apart: a rule may be meant for one of them.
type Kind uint8

const (
	Topic Kind = iota
	Service
)

// Identity is a node's name and namespace ("/" or "/robot").
type Identity struct {
	Name, Namespace string
}

// FullName is the fully qualified name: "/robot/policy".
func (id Identity) FullName() string { return join(id.Namespace, id.Name) }

// LoggerName is the name in console lines: "robot.policy".
func (id Identity) LoggerName() string {
	return strings.ReplaceAll(strings.TrimPrefix(id.FullName(), "/"), "/", ".")
}

func (id Identity) is(node string) bool {
	return node == id.Name || node == id.FullName() || node == id.LoggerName()
}

// Rule is one -r: from:=to, possibly for one node and one kind only.
type Rule struct {
	Node     string // "" for every node
	Kind     Kind
	AnyKind  bool
	From, To string // From is "__node" or "__ns" for a node's own name
}

func parseRule(text string) (Rule, error) {
	left, to, ok := strings.Cut(text, ":=")
	if !ok || left == "" || to == "" {
		return Rule{}, errors.New("expected from:=to or node:from:=to")
	}
	r := Rule{AnyKind: true, From: left, To: to}
	// "node:from", but not the colon of "rostopic://from".
	if node, from, qualified := strings.Cut(left, ":"); qualified && !strings.HasPrefix(from, "//") {
		r.Node, r.From = node, from
	}
	if from, isTopic := strings.CutPrefix(r.From, "rostopic://"); isTopic {
		r.From, r.Kind, r.AnyKind = from, Topic, false
	} else if from, isService := strings.CutPrefix(r.From, "rosservice://"); isService {
		r.From, r.Kind, r.AnyKind = from, Service, false
	}
	if r.From == "" || strings.Contains(r.From, ":") {
		return Rule{}, errors.New("expected from:=to or node:from:=to")
	}
	if r.From == "__name" { // the older spelling
		r.From = "__node"
	}
	return r, nil
}

// Identify is what the node is called in the end. Rules qualified by a node's
// name are compared with the name that it has in the program.
func (a Args) Identify(name, namespace string) (Identity, error) {
	id := Identity{Name: name, Namespace: namespace}
	if id.Namespace == "" {
		id.Namespace = "/"
	}
	if to, found := a.firstSelf("__node", name); found {
		id.Name = to
	}
	if to, found := a.firstSelf("__ns", name); found {
		id.Namespace = "/" + strings.Trim(to, "/")
	}
	if err := bus.CheckNode(id.Name, id.Namespace); err != nil {
		return Identity{}, err
	}
	return id, nil
}

func (a Args) firstSelf(what, node string) (to string, found bool) {
	for _, r := range a.Rules {
		if r.From == what && (r.Node == "" || r.Node == node) {
			return r.To, true
		}
	}
	return "", false
}

// Resolve expands a name ("image", "/image", "~/arm") for the node and applies the
// first rule that matches it. The result is fully qualified.
func (a Args) Resolve(id Identity, kind Kind, name string) (string, error) {
	full, err := expand(id, kind, name)
	if err != nil {
		return "", err
	}
	for _, r := range a.Rules {
		if strings.HasPrefix(r.From, "__") || (!r.AnyKind && r.Kind != kind) || (r.Node != "" && r.Node != id.Name) {
			continue
		}
		from, err := expand(id, kind, r.From)
		if err != nil {
			return "", fmt.Errorf("remap %s:=%s: %w", r.From, r.To, err)
		}
		if from != full {
			continue
		}
		to, err := expand(id, kind, r.To)
		if err != nil {
			return "", fmt.Errorf("remap %s:=%s: %w", r.From, r.To, err)
		}
		return to, nil
	}
	return full, nil
}

// expand makes a name absolute: "x" lies in the namespace, "~/x" under the node,
// {node}, {ns} and {namespace} stand for themselves.
func expand(id Identity, kind Kind, name string) (string, error) {
	full := strings.NewReplacer("{node}", id.Name, "{ns}", id.Namespace, "{namespace}", id.Namespace).Replace(name)
	switch {
	case full == "~":
		full = id.FullName()
	case strings.HasPrefix(full, "~/"):
		full = id.FullName() + full[1:]
	case full != "" && !strings.HasPrefix(full, "/"):
		full = join(id.Namespace, full)
	}
	full = strings.ReplaceAll(full, "//", "/")
	if kind == Service {
		return full, bus.CheckService(full)
	}
	return full, bus.CheckTopic(full)
}

func join(namespace, name string) string {
	return strings.TrimSuffix(namespace, "/") + "/" + name
}
