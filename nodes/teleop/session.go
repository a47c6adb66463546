package teleop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/nodes/output"
)

const help = `
w s  forward, back     q e    turn left, right     enter  start the episode; end it as done
a d  left, right       space  gripper              x      discard it: not trained on
r f  up, down          k      stop                 i      type the instruction
+ -  faster, slower    ?      this                 ctrl-C end
`

// session is the configured node. Run owns all of it.
type session struct {
	config   *config.Teleop
	node     *node.Node
	terminal Terminal
	keys     <-chan byte
	hand     hand

	output       *output.Output
	instructions *bus.Publisher[*std_msgs.String]
	episodes     *bus.Publisher[*hyt_msgs.Episode]

	instruction string
	typing      *strings.Builder  // the instruction, while it is typed; nil: not
	episode     *hyt_msgs.Episode // its start; nil: none goes on
	count       int               // of episodes
}

// Close implements node.Instance.
func (*session) Close() error { return nil }

// Run implements node.Instance.
func (s *session) Run(ctx context.Context) (err error) {
	restore, err := s.terminal.Raw()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.leave(), restore()) }()
	s.say("%s", help)
	s.tell()
	tick := time.NewTicker(config.Period(s.config.ControlRate))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case key, open := <-s.keys:
			if !open {
				return errors.New("the terminal is gone")
			}
			s.press(key)
		case <-tick.C:
			if err := s.output.Send(s.hand.command(time.Now())); err != nil {
				return err
			}
		}
	}
}

// leave stops the robot and discards the episode.
func (s *session) leave() error {
	s.finish(false)
	last := s.hand.command(time.Now())
	last.Velocity = control.Vector{}
	return s.output.Send(last)
}

const (
	ctrlC     = 3
	backspace = 127
)

func (s *session) press(key byte) {
	switch {
	case key == ctrlC:
		s.terminal.Quit()
	case s.typing != nil:
		s.letter(key)
	case s.hand.press(key, time.Now()):
		if key == '+' || key == '=' || key == '-' {
			s.say("%.3f m/s, %.2f rad/s", s.hand.linear, s.hand.angular)
		}
	case key == '\r' || key == '\n':
		if s.episode == nil {
			s.begin()
		} else {
			s.finish(true)
		}
	case key == 'x':
		s.finish(false)
	case key == 'i':
		s.hand.stop()
		s.typing = &strings.Builder{}
		s.show("instruction: ")
	case key == '?':
		s.say("%s", help)
	}
}

// letter takes a key of the instruction.
func (s *session) letter(key byte) {
	text := s.typing.String()
	switch {
	case key == '\r' || key == '\n':
		s.typing, s.instruction = nil, strings.TrimSpace(text)
		s.tell()
	case key == backspace && text != "":
		s.typing.Reset()
		s.typing.WriteString(text[:len(text)-1])
		s.show("\b \b")
	case key >= ' ' && key != backspace:
		s.typing.WriteByte(key)
		_, _ = s.terminal.Out.Write([]byte{key}) // as typed: may be part of a letter
	}
}

// tell publishes the instruction.
func (s *session) tell() {
	s.say("instruction: %q", s.instruction)
	if err := s.instructions.Publish(&std_msgs.String{Data: s.instruction}); err != nil {
		s.say("the instruction was not sent: %v", err)
	}
}

// begin marks the start of an episode, if it can be trained on.
func (s *session) begin() {
	switch {
	case s.instruction == "":
		s.say("no episode without an instruction: i types one")
		return
	case s.episodes.Matched() == 0:
		s.say("nobody records: start hyt recorder, or another recorder of topic episode")
		return
	}
	s.count++
	s.episode = &hyt_msgs.Episode{Id: fmt.Sprintf("teleop-%d-%d", time.Now().Unix(), s.count), Task: "teleop", Split: "id", Phase: hyt_msgs.Episode_START}
	s.mark("episode %d began; enter: done, x: discard", s.count)
	s.tell() // within the episode, too
}

// finish marks the end of the episode, if one goes on.
func (s *session) finish(success bool) {
	if s.episode == nil {
		return
	}
	s.hand.stop()
	s.episode.Phase, s.episode.Success = hyt_msgs.Episode_END, success
	outcome := "discarded: it is not trained on"
	if success {
		outcome = "done"
	}
	s.mark("episode %d %s", s.count, outcome)
	s.episode = nil
}

func (s *session) mark(format string, args ...any) {
	s.episode.Header.Stamp = builtin_interfaces.FromTime(s.node.Now())
	if err := s.episodes.Publish(s.episode); err != nil {
		s.say("the episode's mark was not sent: %v", err)
		return
	}
	s.say(format, args...)
}

// say writes a line. A raw terminal goes down and back on its own no more.
func (s *session) say(format string, args ...any) {
	s.show("\r\n" + strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\r\n") + "\r\n")
}

// show writes what a person at the keyboard sees. That it cannot be seen is no reason
// to stop.
func (s *session) show(text string) { _, _ = s.terminal.Out.Write([]byte(text)) }
