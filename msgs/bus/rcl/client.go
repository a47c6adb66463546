//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"time"

	"github.com/tiiuae/rclgo/pkg/rclgo"
	"github.com/tiiuae/rclgo/pkg/rclgo/types"

	"hyt/msgs/bus"
)

// lookPeriod is how often WaitForService looks. rcl tells of changes in the graph
// by a guard condition, which rclgo's wait sets do not take.
const lookPeriod = 5 * time.Millisecond

type client struct {
	node    *node
	service string
	kind    *serviceType
	entity  *rclgo.Client
	use     gate // held by calls
	spin    *spinner
	ctx     context.Context // done from Close on; ends calls
	cancel  context.CancelFunc
}

func (n *node) Client(service, typeName string) (bus.Client, error) {
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
	c := &client{node: n, service: service, kind: kind}
	c.entity, err = n.entity.NewClient(service, kind, &rclgo.ClientOptions{Qos: serviceProfile()})
	if err != nil {
		return nil, rclError("call "+service, err)
	}
	c.spin, err = newSpinner(n.driver.context, func(set *rclgo.WaitSet) { set.AddClients(c.entity) })
	if err != nil {
		c.entity.Close()
		return nil, rclError("wait for answers of "+service, err)
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.spin.start()
	n.adopt(c)
	return c, nil
}

func (c *client) WaitForService(ctx context.Context) error {
	if !c.use.enter() {
		return bus.ErrClosed
	}
	defer c.use.leave()
	return c.wait(ctx)
}

// wait runs inside the gate.
func (c *client) wait(ctx context.Context) error {
	look := time.NewTicker(lookPeriod)
	defer look.Stop()
	for c.ctx.Err() == nil {
		if c.isServed() {
			return nil
		}
		select {
		case <-look.C:
		case <-c.ctx.Done():
		case <-ctx.Done():
			return fmt.Errorf("service %s: no server: %w", c.service, ctx.Err())
		}
	}
	return bus.ErrClosed
}

func (c *client) isServed() bool {
	node := (*C.rcl_node_t)(entity(c.node.entity, "rcl_node_t"))
	return bool(C.hyt_is_served(node, (*C.rcl_client_t)(entity(c.entity, "rclClient"))))
}

func (c *client) Call(ctx context.Context, request []byte) ([]byte, error) {
	if err := bus.CheckCDR(request); err != nil {
		return nil, fmt.Errorf("service %s: %w", c.service, err)
	}
	if !c.use.enter() {
		return nil, bus.ErrClosed
	}
	defer c.use.leave()
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	until, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.ctx, stop)()
	var answer types.Message
	err := convert(func() (err error) {
		answer, _, err = c.entity.Send(until, &cdrMessage{kind: c.kind.request, data: request})
		return err
	})
	switch {
	case err == nil:
		m := answer.(*cdrMessage)
		return m.data, m.err
	case c.ctx.Err() != nil:
		return nil, bus.ErrClosed
	case ctx.Err() != nil:
		return nil, fmt.Errorf("service %s: no answer: %w", c.service, ctx.Err())
	}
	return nil, rclError("call "+c.service, err)
}

func (c *client) Close() error {
	if !c.node.release(c) {
		return bus.ErrClosed
	}
	defer c.node.gone.Done()
	c.cancel()
	c.use.shut()
	c.spin.close()
	return rclError("close client of "+c.service, c.entity.Close())
}
