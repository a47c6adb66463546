package bus

import (
	"context"
	"fmt"
	"strings"

	"hyt/msgs"
)

// Serve answers calls of service (fully qualified), one after another: handler
// reads the request and fills the response. The request's byte sequences are
// valid until it returns.
//
// ROS 2 has no message for "it failed": after an error the caller gets no answer
// and waits until its own time is up. What a caller should learn belongs into
// the response. Errors go to onError (nil: dropped).
func Serve[Q, R any, PQ Pointer[Q], PR Pointer[R]](node Node, service string, handler func(PQ, PR) error, onError func(error)) (Server, error) {
	var enc encoder // the server calls one handler at a time
	return node.Serve(service, serviceType(PQ(nil)), func(data []byte) ([]byte, error) {
		request, response := PQ(new(Q)), PR(new(R))
		err := msgs.Unmarshal(data, request)
		if err == nil {
			err = handler(request, response)
		}
		var out []byte
		if err == nil {
			out, err = enc.join(response)
		}
		if err != nil && onError != nil {
			onError(fmt.Errorf("service %s: %w", service, err))
		}
		return out, err
	})
}

// NewClient returns a client of the service whose request type is Q, a pointer to
// a generated type: NewClient[*std_srvs.SetBoolRequest](node, "/policy/arm").
func NewClient[Q msgs.Message](node Node, service string) (Client, error) {
	var none Q // generated TypeName methods do not look at their receiver
	return node.Client(service, serviceType(none))
}

// Call sends request, waits for the answer and reads it into response. The
// response is the caller's, its byte sequences too. Both types must be those of
// the client's service.
func Call(ctx context.Context, client Client, request, response msgs.Message) error {
	data, err := msgs.TryMarshal(request)
	if err != nil {
		return err
	}
	answer, err := client.Call(ctx, data)
	if err != nil {
		return err
	}
	return msgs.Unmarshal(answer, response)
}

// serviceType is "std_srvs/srv/SetBool" for "std_srvs/srv/SetBool_Request".
func serviceType(request msgs.Message) string {
	return strings.TrimSuffix(request.TypeName(), "_Request")
}

// join returns m as one piece, valid until the next call.
func (e *encoder) join(m msgs.Message) ([]byte, error) {
	head, tail, err := e.split(m)
	if err != nil {
		return nil, err
	}
	e.buf = append(head, tail...)
	return e.buf, nil
}
