//go:build ros2 && cgo

package rcl

import (
	"fmt"

	"github.com/tiiuae/rclgo/pkg/rclgo"
	"github.com/tiiuae/rclgo/pkg/rclgo/types"

	"hyt/msgs/bus"
)

type server struct {
	node    *node
	service string
	kind    *serviceType
	entity  *rclgo.Service
	spin    *spinner
	handler func([]byte) ([]byte, error)
}

func (n *node) Serve(service, typeName string, handler func([]byte) ([]byte, error)) (bus.Server, error) {
	if err := bus.CheckServiceEndpoint(service, typeName); err != nil {
		return nil, err
	}
	if !n.use.enter() {
		return nil, bus.ErrClosed
	}
	defer n.use.leave()
	kind, err := serviceTypeOf(typeName)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", service, err)
	}
	s := &server{node: n, service: service, kind: kind, handler: handler}
	s.entity, err = n.entity.NewService(service, kind, &rclgo.ServiceOptions{Qos: serviceProfile()}, s.serve)
	if err != nil {
		return nil, rclError("serve "+service, err)
	}
	s.spin, err = newSpinner(n.driver.context, func(set *rclgo.WaitSet) { set.AddServices(s.entity) })
	if err != nil {
		s.entity.Close()
		return nil, rclError("wait for calls of "+service, err)
	}
	s.spin.start()
	n.adopt(s)
	return s, nil
}

// serve answers one request. ROS 2 has no message for a failure, so that a handler
// that fails, or answers with what is not of the service's type, leaves the caller
// without an answer.
func (s *server) serve(_ *rclgo.ServiceInfo, request types.Message, to rclgo.ServiceResponseSender) {
	question := request.(*cdrMessage)
	if question.err != nil || s.spin.stopping() {
		return
	}
	response, err := s.handler(question.data)
	if err != nil || bus.CheckCDR(response) != nil {
		return
	}
	// It fails where the response is no CDR of its type, and when we are closing.
	convert(func() error {
		return to.SendResponse(&cdrMessage{kind: s.kind.response, data: response})
	})
}

func (s *server) Close() error {
	if !s.node.release(s) {
		return bus.ErrClosed
	}
	defer s.node.gone.Done()
	s.spin.close()
	return rclError("close server of "+s.service, s.entity.Close())
}
