package thinkernode

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/policy/thought"
	"hyt/thinker"
)

// overlay publishes each thought drawn over the image that it is about, on ~/image, for
// people before RViz or Foxglove. Nothing is drawn or kept while nobody looks.
type overlay struct {
	images *bus.Publisher[*sensor_msgs.Image]
	view   *observe.View
}

// openOverlay must be called before the observer watches the cameras.
func openOverlay(n *node.Node, o *observe.Observer) (*overlay, error) {
	images, err := node.Advertise[*sensor_msgs.Image](n, "~/image", bus.SensorData())
	if err != nil {
		return nil, err
	}
	return &overlay{images: images, view: o.Show(0, func() bool { return images.Matched() > 0 })}, nil
}

// show draws what was thought about the frame of that time.
func (o *overlay) show(r thinker.Result, instruction string, stamp time.Time) error {
	if o.images.Matched() == 0 {
		return nil
	}
	seen, ok := o.view.At(stamp)
	if !ok {
		return nil // somebody looks since a moment, or the thought took long
	}
	c := &canvas{width: seen.Width, height: seen.Height, rgb: slices.Clone(seen.RGB)}
	draw(c, r, instruction)
	m := &sensor_msgs.Image{Height: uint32(c.height), Width: uint32(c.width), Encoding: "rgb8", Step: uint32(3 * c.width), Data: c.rgb}
	m.Header.Stamp = builtin_interfaces.FromTime(stamp)
	return o.images.Publish(m)
}

// draw writes the thought on c and marks its places.
func draw(c *canvas, r thinker.Result, instruction string) {
	t := r.Thought
	lines := []line{{instruction, yellow}}
	for _, field := range []struct{ name, text string }{
		{thought.Plan, strings.Join(t.Plan, ", ")}, {thought.Sub, t.Sub}, {thought.Target, t.Target},
		{thought.Move, strings.Join(t.Move, " ")}, {thought.Grip, t.Grip},
	} {
		if field.text != "" {
			lines = append(lines, line{field.name + ": " + field.text, white})
		}
	}
	switch {
	case r.Malformed != nil:
		lines = append(lines, line{r.Text, white}, line{fmt.Sprintf("the thought does not parse: %v", r.Malformed), red})
	case r.Truncated:
		lines = append(lines, line{fmt.Sprintf("cut at %d tokens", r.Tokens), red})
	}
	if r.Disagrees != nil {
		lines = append(lines, line{r.Disagrees.Error(), red})
	}
	lines = append(lines, line{fmt.Sprintf("agreement %.2f, %d tokens, %.0f ms", r.Agreement, r.Tokens, 1e3*r.Latency.Seconds()), white})
	c.write(lines)
	at := func(p *thought.Place, name string, colour color.Color) {
		if p != nil {
			u, v := p.Centre()
			c.mark(u, v, name, colour)
		}
	}
	for _, s := range t.See {
		at(&s.At, s.Object, white)
	}
	at(t.EE, "ee", blue)
	at(t.TargetAt, t.Target, green)
	if r.Disagrees != nil {
		c.frame(red)
	}
}
