package rossim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/lead"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// pilot leads a policy node that hears the robot directly. It implements eval.Bystander.
type pilot struct {
	policy      *lead.Running
	rest        io.Closer
	node        *node.Node
	leader      *lead.Leader
	instruction *bus.Publisher[*std_msgs.String]
	current     chan string // what the node says that it is told; the newest
	patience    time.Duration

	mu      sync.Mutex
	latency []time.Duration
}

// Policy makes pilots that run a policy node in this process, on the simulator's bus. What
// component returns with it is closed after it.
func Policy(component func() (node.Component, io.Closer, error), c Config, log io.Writer) eval.PilotFactory {
	return func(context.Context) (eval.Pilot, error) {
		made, rest, err := component()
		if err != nil {
			return nil, err
		}
		p := &pilot{rest: rest, current: make(chan string, 1), patience: c.Patience}
		if p.patience == 0 {
			p.patience = time.Minute
		}
		if p.policy, err = lead.Run(made, c.Driver, log); err != nil {
			return nil, errors.Join(err, rest.Close())
		}
		if err := p.connect(c.Driver); err != nil {
			return nil, errors.Join(err, p.Close())
		}
		return p, nil
	}
}

func (p *pilot) connect(driver bus.Driver) (err error) {
	p.node, err = node.New(node.Options{
		Identity: rosargs.Identity{Name: "evaluation", Namespace: "/"}, Driver: driver, Console: discard{},
	})
	if err != nil {
		return err
	}
	if p.instruction, err = node.Advertise[*std_msgs.String](p.node, "instruction", bus.Default()); err != nil {
		return err
	}
	_, err = node.Subscribe(p.node, "current_instruction", bus.Latched(1), func(m *std_msgs.String) {
		select {
		case <-p.current:
		default:
		}
		p.current <- m.Data
	})
	if err != nil {
		return err
	}
	_, err = node.Subscribe(p.node, p.policy.Name()+"/chunk", bus.Default(), func(m *hyt_msgs.ActionChunk) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.latency = append(p.latency, time.Duration(m.InferenceLatency*float64(time.Second)))
	})
	if err != nil {
		return err
	}
	p.leader, err = lead.New(p.node, p.policy.Name())
	return err
}

// Bystand implements eval.Bystander.
func (*pilot) Bystand() {}

// Begin implements eval.Pilot.
func (p *pilot) Begin(ctx context.Context, e eval.Episode, _ eval.Senses) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.patience, fmt.Errorf("%s was not ready within %v", p.policy.Name(), p.patience))
	defer cancel()
	err := p.leader.BringUp(ctx, string(e.Mode))
	if err == nil {
		err = p.leader.Arm(ctx, func() error { return nil })
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.latency = nil
	p.mu.Unlock()
	return p.instruct(ctx, e.Instruction)
}

// instruct says what to do until the node has heard it.
func (p *pilot) instruct(ctx context.Context, text string) error {
	repeat := time.NewTicker(250 * time.Millisecond)
	defer repeat.Stop()
	for {
		if err := p.instruction.Publish(&std_msgs.String{Data: text}); err != nil {
			return err
		}
		select {
		case now := <-p.current:
			if now == text {
				return nil
			}
		case <-repeat.C:
		case <-p.policy.Alive().Done():
			return fmt.Errorf("the policy node ended: %w", context.Cause(p.policy.Alive()))
		case <-ctx.Done():
			return fmt.Errorf("%s does not hear what it is told: %w", p.policy.Name(), context.Cause(ctx))
		}
	}
}

// Command implements eval.Pilot; nobody asks a bystander.
func (*pilot) Command(context.Context, eval.Senses) (sim.Command, error) {
	return sim.Command{}, errors.New("the policy commands its robot itself")
}

// End implements eval.Pilot: the robot stands until the next episode.
func (p *pilot) End(eval.Result) (bag string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.patience)
	defer cancel()
	return "", p.leader.StandDown(ctx)
}

// Latency implements eval.Pilot.
func (p *pilot) Latency() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.latency)
}

// Close implements eval.Pilot.
func (p *pilot) Close() error {
	var err error
	if p.node != nil {
		err = p.node.Close()
	}
	return errors.Join(err, p.policy.Close(), p.rest.Close())
}
