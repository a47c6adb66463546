package policynode

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/calibmonitor"
	"hyt/nodes/control"
	"hyt/nodes/execute"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/nodes/output"
	"hyt/policy/thought"
)

// session is the configured node: its parts, connected to topics and services. It
// commands nothing while it does not run.
type session struct {
	node       *node.Node
	config     *config.Policy // what it was configured with; live parameters are in the parts
	controller *control.Controller
	loop       *control.Loop
	observer   *observe.Observer
	planner    *planner

	goals   *goals
	actions *execute.Server
	output  *output.Output
	monitor *monitor

	calibration *calibmonitor.Monitor // nil: the camera is not calibrated

	mu     sync.Mutex
	active bool // Run runs: arming is allowed
}

func newSession(n *node.Node, c *config.Policy, model Model) (*session, error) {
	sp := model.Spec()
	if err := checkSpec(sp); err != nil {
		return nil, err
	}
	layout, err := control.MapLayout(sp.Action.Names, c.Dimensions)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", sp.Name, err)
	}
	observer, err := observe.New(observe.Settings{
		Cameras: sp.Cameras, Proprio: sp.Proprio, PoseTimeout: config.Seconds(c.PoseTimeout),
		GripperJoints: c.GripperJoints, GripperTravel: c.GripperTravel,
	})
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", sp.Name, err)
	}
	period := config.Period(c.ControlRate)
	limits, err := settings(c, period, layout, &sp.Action)
	if err != nil {
		return nil, err
	}
	controller := control.NewController(limits)
	s := &session{node: n, config: c, controller: controller, observer: observer}
	s.loop = &control.Loop{
		Controller: controller, Period: period, Now: n.Now, Clock: n,
		Realtime: control.Realtime{Priority: int(c.RealtimePriority), LockMemory: c.LockMemory},
	}
	s.planner = &planner{
		model: model, layout: layout, observer: observer, controller: controller, now: n.Now, log: n.Log(),
		changed: make(chan struct{}, 1),
	}
	s.goals = &goals{session: s, limit: config.Seconds(c.ExecuteTimeout)}
	s.monitor = &monitor{session: s}
	s.monitor.limits.Store(c)
	s.planner.thought = s.goals.thoughtOf
	s.planner.pace(c)
	return s, s.planner.setMode(c.Mode)
}

// Activate implements node.Activator.
func (s *session) Activate() error {
	s.controller.Forget() // what was planned before a pause is no longer so
	s.setActive(true)
	return nil
}

// Run implements node.Instance.
func (s *session) Run(ctx context.Context) error {
	control.ReserveProcessors()
	var work sync.WaitGroup
	work.Go(func() { s.loop.Run(ctx) })
	work.Go(func() { s.planner.run(ctx) })
	work.Go(func() { s.monitor.run(ctx) })
	work.Go(func() { s.calibration.Run(ctx) })
	work.Go(func() { s.output.Run(ctx) })
	if s.config.ArmOnActivate {
		work.Go(func() { s.armWhenPossible(ctx) })
	}
	<-ctx.Done()
	s.setActive(false) // nobody arms from here on; the loop disarms when it ends
	s.actions.Pause()
	work.Wait()
	return nil
}

func (s *session) setActive(active bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = active
}

// Close implements node.Instance.
func (s *session) Close() error { return s.planner.model.Close() }

// Tune implements node.Tunable.
func (s *session) Tune(c config.Config) error {
	p, ok := c.(*config.Policy)
	if !ok {
		return fmt.Errorf("configuration of a %s given to a policy", c.Kind())
	}
	if err := s.planner.retask(p.Mode); err != nil {
		return err
	}
	how, err := chunking(p)
	if err != nil {
		return err
	}
	s.controller.Tune(limits(p), config.Seconds(p.ImageTimeout))
	s.controller.TuneChunking(how)
	s.planner.pace(p)
	limits := *p
	s.monitor.limits.Store(&limits)
	return nil
}

// connect opens publishers before subscriptions, and services last: nobody can ask
// for what does not work yet.
func (s *session) connect() (err error) {
	s.output, err = output.Open(s.node, output.Settings{
		Kind: s.config.ActionType, Frame: s.config.BaseFrame, Axes: s.config.Axes,
		Dimensions: s.planner.layout.Moves(),
		Gripper: output.Gripper{Kind: s.config.GripperType, Action: s.config.GripperAction,
			Closed: s.config.GripperClosed, Open: s.config.GripperOpen, Effort: s.config.GripperEffort},
		Ahead: config.Seconds(s.config.TrajectoryAhead), Timeout: config.Seconds(s.config.PoseTimeout),
	})
	if err != nil {
		return err
	}
	s.loop.Publish = s.output.Send
	if s.planner.chunks, err = node.Advertise[*hyt_msgs.ActionChunk](s.node, "~/chunk", bus.Default()); err != nil {
		return err
	}
	if s.planner.thoughts, err = node.Advertise[*hyt_msgs.Thought](s.node, "~/thought", bus.Default()); err != nil {
		return err
	}
	if s.planner.current, err = node.Advertise[*std_msgs.String](s.node, "current_instruction", bus.Latched(1)); err != nil {
		return err
	}
	if s.monitor.out, err = node.Advertise[*hyt_msgs.Status](s.node, "~/status", bus.Latched(1)); err != nil {
		return err
	}
	if err := errors.Join(
		observe.Hear(s.node, "instruction", s.instructed),
		observe.Hear(s.node, "follow", s.followed),
		s.watch(),
		s.hearJudges(),
	); err != nil {
		return err
	}
	s.node.Diagnose("control", (&controlCheck{session: s}).fill)
	s.node.Diagnose("inference", s.planner.fill)
	s.node.Diagnose("health", s.monitor.fill)
	return s.serve()
}

// watch subscribes to the robot's sensors.
func (s *session) watch() error {
	how := observe.Cameras{
		Compressed: s.config.Compressed(), Rectify: s.config.Rectify,
		Saw: func(camera int, stamp time.Time) {
			if camera == 0 {
				s.controller.SawImage(stamp)
				s.planner.saw(stamp)
			}
		},
	}
	if err := s.calibrate(&how); err != nil {
		return err
	}
	if err := s.observer.Watch(s.node, how); err != nil {
		return err
	}
	var sawPose func(time.Time, [3]float64)
	if s.observer.NeedsPose() || s.config.HasWorkspace() {
		sawPose = s.controller.SawPose
	}
	return s.observer.WatchRobot(s.node, sawPose)
}

// hearJudges subscribes to what tells how a goal goes.
func (s *session) hearJudges() (err error) {
	if err = s.hearTheEnd(); err != nil {
		return err
	}
	if _, err = node.Subscribe(s.node, "thought", bus.Default(), s.thought); err != nil {
		return err
	}
	if s.config.DeadmanTimeout > 0 {
		_, err = node.Subscribe(s.node, "alive", bus.Default(), func(*std_msgs.Empty) { s.controller.SawLife(s.node.Now()) })
		if err != nil {
			return err
		}
	}
	s.actions, err = execute.Serve(s.node, "~/execute", s.goals)
	return err
}

// hearTheEnd hears on task_done who judges whether a task is done, and lets the model
// judge there, too.
func (s *session) hearTheEnd() error {
	done, err := node.Advertise[*std_msgs.Bool](s.node, "task_done", bus.Default())
	if err != nil {
		return err
	}
	s.planner.ending = &ending{need: int(s.config.DoneAfter), tell: func() {
		s.node.Log().Info("the model says that the task is done", "instruction", s.planner.task.get().instruction)
		if err := done.Publish(&std_msgs.Bool{Data: true}); err != nil {
			s.node.Log().Warn("task_done was not sent", "error", err)
		}
	}}
	_, err = node.Subscribe(s.node, "task_done", bus.Default(), s.goals.judged)
	return err
}

func (s *session) instructed(text string) {
	s.node.Log().Info("instruction", "text", text)
	s.controller.SawInstruction(s.node.Now())
	s.goals.told(text)
	s.planner.change(func(t *task) { t.instruction = text })
}

// thought hears what a thinker thinks, in this process or in another.
func (s *session) thought(m *hyt_msgs.Thought) {
	s.goals.thoughtOf(m)
	if t, err := thought.Parse(m.Text); err == nil {
		s.planner.heard(t, m.Header.Stamp.AsTime())
	}
}

func (s *session) followed(text string) {
	s.node.Log().Info("follow", "text", text)
	s.planner.change(func(t *task) { t.follow = text })
}

// armWhenPossible arms as soon as the controller agrees, and says once what it
// waits for.
func (s *session) armWhenPossible(ctx context.Context) {
	for said := false; ; said = true {
		err := s.tryArm()
		if err == nil {
			s.node.Log().Info("armed (arm_on_activate)")
			return
		}
		if !said {
			s.node.Log().Info("waiting to arm", "why", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}
