//go:build ros2 && cgo

package rcl_test

import (
	"context"
	"encoding/hex"
	"errors"

	"hyt/msgs"
	"hyt/msgs/bus"
	"hyt/msgs/cdr"
)

// The suite calls services with bodies that are nobody's CDR, which the other
// drivers pass on unread. Services of rcl are typed, and both sides read what
// passes. So that the suite can say of this driver what it says of all (whose
// answer reaches whom, what Close ends), its bodies travel here as text inside
// requests and responses that are what they claim to be. That real types pass
// unchanged, and what happens to bodies that are not of their type, is in
// service_test.go.

// opaqueType has one string each way.
const opaqueType = "diagnostic_msgs/srv/AddDiagnostics"

type opaqueDriver struct{ bus.Driver }

func (d opaqueDriver) OpenNode(name, namespace string) (bus.Node, error) {
	n, err := d.Driver.OpenNode(name, namespace)
	if err != nil {
		return nil, err
	}
	return opaqueNode{n, n.(bus.Graph)}, nil
}

type opaqueNode struct {
	bus.Node
	bus.Graph
}

func (n opaqueNode) Serve(service, _ string, handler func([]byte) ([]byte, error)) (bus.Server, error) {
	return n.Node.Serve(service, opaqueType, func(data []byte) ([]byte, error) {
		var request loadNamespace
		if err := msgs.Unmarshal(data, &request); err != nil {
			return nil, err
		}
		body, err := handler(request.body)
		if err != nil {
			return nil, err
		}
		return msgs.Marshal(&outcome{body: body}), nil
	})
}

func (n opaqueNode) Client(service, _ string) (bus.Client, error) {
	c, err := n.Node.Client(service, opaqueType)
	return opaqueClient{c}, err
}

type opaqueClient struct{ bus.Client }

func (c opaqueClient) Call(ctx context.Context, body []byte) ([]byte, error) {
	if err := bus.CheckCDR(body); err != nil {
		return nil, err
	}
	data, err := c.Client.Call(ctx, msgs.Marshal(&loadNamespace{body: body}))
	if err != nil {
		return nil, err
	}
	var response outcome
	err = msgs.Unmarshal(data, &response)
	return response.body, err
}

// loadNamespace is AddDiagnostics' request {string load_namespace}.
type loadNamespace struct{ body []byte }

func (*loadNamespace) TypeName() string           { return opaqueType + "_Request" }
func (m *loadNamespace) MarshalCDR(w *cdr.Writer) { w.String(hex.EncodeToString(m.body)) }
func (m *loadNamespace) UnmarshalCDR(r *cdr.Reader) (err error) {
	m.body, err = hex.DecodeString(r.String("load_namespace"))
	return errors.Join(err, r.Err())
}

// outcome is its response {bool success, string message}.
type outcome struct{ body []byte }

func (*outcome) TypeName() string { return opaqueType + "_Response" }
func (m *outcome) MarshalCDR(w *cdr.Writer) {
	w.Bool(true)
	w.String(hex.EncodeToString(m.body))
}
func (m *outcome) UnmarshalCDR(r *cdr.Reader) (err error) {
	r.Bool("success")
	m.body, err = hex.DecodeString(r.String("message"))
	return errors.Join(err, r.Err())
}
