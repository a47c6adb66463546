package lockstep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/config"
	"hyt/gazebo/eval"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/observe"
	"hyt/nodes/robotmsg"
	"hyt/policy"
	"hyt/thinker"
)

// Mind thinks about what the robot saw, as the thinker node does, whenever it is asked
// to. It is for one goroutine.
type Mind struct {
	engine   *policy.Engine
	thinker  *thinker.Thinker
	observer *observe.Observer
}

// NewMind runs on e, which stays the caller's and may serve others, but no policy in mode
// guided: that would know each thought before it is told.
func NewMind(e *policy.Engine) (*Mind, error) {
	t, err := thinker.New(e, thinker.Options{})
	if err != nil {
		return nil, err
	}
	c, s := config.DefaultThinker(), e.Spec()
	o, err := observe.New(observe.Settings{
		Cameras: s.Cameras, Proprio: s.Proprio, PoseTimeout: config.Seconds(c.PoseTimeout),
		GripperJoints: c.GripperJoints, GripperTravel: c.GripperTravel,
	})
	if err != nil {
		return nil, err
	}
	return &Mind{engine: e, thinker: t, observer: o}, nil
}

// think writes the thought about a view that was taken at that time.
func (m *Mind) think(ctx context.Context, v *eval.View, taken time.Time, instruction string) (*hyt_msgs.Thought, error) {
	m.observer.Pose(robotmsg.Pose(v.Arm, taken, baseFrame), taken)
	m.observer.Joints(robotmsg.Joints(v.Arm, taken), taken)
	for i, f := range v.Frames {
		if _, err := m.observer.Image(i, robotmsg.Image(f, taken, cameraFrame), taken); err != nil {
			return nil, err
		}
	}
	obs, err := m.observer.Latest()
	if err != nil {
		return nil, err
	}
	frame, err := m.engine.Prefill(ctx, obs)
	if err != nil {
		return nil, err
	}
	defer frame.Release()
	r, err := m.thinker.Act(ctx, frame, instruction)
	if err != nil {
		return nil, err
	}
	t := robotmsg.Thought(r.Thought)
	t.Header, t.Source, t.Text, t.Tokens = robotmsg.Header(taken, ""), hyt_msgs.Thought_MODEL, r.Text, uint32(r.Tokens)
	return t, nil
}

// idea is a thought that is to be told.
type idea struct {
	at      time.Duration // since the episode's beginning
	thought *hyt_msgs.Thought
}

// newMind makes the robot's mind at its first use.
func (r *Robot) newMind() (err error) {
	switch {
	case r.mind != nil:
		return nil
	case r.config.Mind == nil:
		return errors.New("mode guided needs somebody who thinks: set Config.Mind")
	}
	r.mind, err = r.config.Mind()
	return err
}

// ponder thinks when that is due, and tells what was thought so long ago that a thinker
// would be ready by now.
func (r *Robot) ponder(ctx context.Context, now eval.Senses) error {
	if v := now.Thinks; v != nil {
		t, err := r.mind.think(ctx, v, r.base.Add(v.Taken), r.told)
		if err != nil {
			return fmt.Errorf("no thought about the image of %v: %w", v.Taken, err)
		}
		t.Latency = r.config.ThinkerLatency.Seconds()
		r.ideas = append(r.ideas, idea{now.Time + r.config.ThinkerLatency, t})
	}
	for len(r.ideas) > 0 && r.ideas[0].at <= now.Time {
		r.thought = r.ideas[0].thought.Text
		if err := r.thoughts.Publish(r.ideas[0].thought); err != nil {
			return err
		}
		r.ideas = r.ideas[1:]
		r.settle()
	}
	return nil
}

// Thought implements eval.Thinker: what the policy was told last, in mode guided, or said
// that it thought last.
func (r *Robot) Thought() string {
	if r.mode == policy.Guided {
		return r.thought
	}
	return r.inbox.thinks()
}
