package sdf

import (
	"math"
	"strings"
	"testing"

	"hyt/gazebo/models"
	"hyt/gazebo/worlds"
)

// world wraps models into a document.
func world(inside string) string {
	return `<sdf version="1.6"><world name="w">` + inside + `</world></sdf>`
}

// visual wraps a geometry into a model "m" with a link "l" and a visual "v".
func visual(geometry string) string {
	return world(`<model name="m"><link name="l"><visual name="v"><geometry>` + geometry + `</geometry></visual></link></model>`)
}

// arm is a model of two links with a joint between them.
func arm(joint string) string {
	return world(`<model name="m"><link name="a"/><link name="b"/>` + joint + `</model>`)
}

const box = `<box><size>1 2 3</size></box>`

func TestErrorsNameTheElement(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"nothing", ``, `sdf: empty document`},
		{"no XML", `<sdf`, `sdf: not well-formed XML`},
		{"another document", `<robot/>`, `sdf: /robot: the top element must be <sdf>`},
		{"a version from tomorrow", `<sdf version="2.0"/>`, `sdf: /sdf: version "2.0" is not supported (supported: 1.6, 1.7)`},
		{"two documents", `<sdf version="1.6"/><sdf version="1.6"/>`, `sdf: a second top element <sdf>`},
		{"a plugin", world(`<plugin name="p"/>`), `sdf: /sdf/world[w]: <plugin> is not supported here`},
		{"an include", world(`<include><uri>model://x</uri></include>`), `sdf: /sdf/world[w]: <include> is not supported here`},
		{"a nameless model", world(`<model><link name="l"/></model>`), `sdf: /sdf/world[w]/model: attribute name is missing`},
		{"a model without links", world(`<model name="m"/>`), `sdf: /sdf/world[w]/model[m]: <link> is missing`},
		{"two models of one name", world(`<model name="m"><link name="l"/></model><model name="m"><link name="l"/></model>`),
			`sdf: /sdf/world[w]/model[m]: a second model of this name`},
		{"a mesh", visual(`<mesh><uri>x.dae</uri></mesh>`),
			`sdf: /sdf/world[w]/model[m]/link[l]/visual[v]/geometry: <mesh> is not supported here (supported: box cylinder sphere)`},
		{"a box without size", visual(`<box/>`), `sdf: /sdf/world[w]/model[m]/link[l]/visual[v]/geometry/box: <size> is missing`},
		{"a flat box", visual(`<box><size>1 0 1</size></box>`), `geometry/box/size: 0 must be above zero`},
		{"a box of two sides", visual(`<box><size>1 2</size></box>`), `geometry/box/size: 3 numbers expected, "1 2" has 2`},
		{"a sphere without radius", visual(`<sphere/>`), `geometry/sphere: <radius> is missing`},
		{"a hollow sphere", visual(`<sphere><radius>-1</radius></sphere>`), `geometry/sphere/radius: -1 must be above zero`},
		{"a cylinder without length", visual(`<cylinder><radius>1</radius></cylinder>`), `geometry/cylinder: <length> is missing`},
		{"two geometries", visual(box + box), `geometry: one of box, cylinder, sphere expected, 2 found`},
		{"a pose that is no number", world(`<model name="m"><pose>0 0 NaN 0 0 0</pose><link name="l"/></model>`),
			`sdf: /sdf/world[w]/model[m]/pose: "NaN" is not a finite number`},
		{"an endless pose", world(`<model name="m"><pose>0 0 1e999 0 0 0</pose><link name="l"/></model>`), `pose: "1e999" is not a finite number`},
		{"a short pose", world(`<model name="m"><pose>0 0 1</pose><link name="l"/></model>`), `pose: 6 numbers expected, "0 0 1" has 3`},
		{"a pose relative to another", world(`<model name="m"><pose relative_to="x">0 0 0 0 0 0</pose><link name="l"/></model>`),
			`pose: attribute relative_to is not supported`},
		{"two poses", world(`<model name="m"><pose>0 0 0 0 0 0</pose><pose>0 0 0 0 0 0</pose><link name="l"/></model>`),
			`model[m]: two <pose> where one is allowed`},
		{"a laser", world(`<model name="m"><link name="l"><sensor name="s" type="ray"/></link></model>`),
			`link[l]/sensor[s]: sensor type "ray" is not supported (supported: camera)`},
		{"a ball joint", arm(`<joint name="j" type="ball"><parent>a</parent><child>b</child></joint>`),
			`model[m]/joint[j]: joint type "ball" is not supported`},
		{"a joint to nowhere", arm(`<joint name="j" type="fixed"><parent>a</parent><child>c</child></joint>`),
			`joint[j]/child: the model has no link "c"`},
		{"a joint without axis", arm(`<joint name="j" type="revolute"><parent>a</parent><child>b</child></joint>`), `joint[j]: <axis> is missing`},
		{"an axis that points nowhere", arm(`<joint name="j" type="revolute"><parent>a</parent><child>b</child><axis><xyz>0 0 0</xyz></axis></joint>`),
			`joint[j]/axis/xyz: [0 0 0] is no direction`},
		{"limits the wrong way round", arm(`<joint name="j" type="prismatic"><parent>a</parent><child>b</child><axis><xyz>1 0 0</xyz>` +
			`<limit><lower>1</lower><upper>0</upper></limit></axis></joint>`), `joint[j]/axis/limit: lower 1 is above upper 0`},
		{"links in a ring", arm(`<joint name="j" type="fixed"><parent>a</parent><child>b</child></joint>` +
			`<joint name="k" type="fixed"><parent>b</parent><child>a</child></joint>`), `model[m]: model "m": its joints form a loop`},
		{"a colour out of range", world(`<scene><ambient>2 0 0 1</ambient></scene>`), `scene/ambient: 2 is not in 0..1`},
		{"a spot light", world(`<light name="l" type="spot"/>`), `light[l]: light type "spot" is not supported`},
		{"deep nesting", strings.Repeat("<a>", 50), `nested deeper than 32 elements`},
	} {
		if _, err := Parse([]byte(c.doc)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestReadsGeometriesAndColors(t *testing.T) {
	f, err := Parse([]byte(world(`<model name="m"><static>true</static><pose>1 2 3 0 0 0.5</pose><link name="l">
		<visual name="v"><geometry><cylinder><radius>0.5</radius><length>3</length></cylinder></geometry>
		<material><diffuse>0.1 0.2 0.3</diffuse></material><transparency>0.25</transparency></visual>
		<collision name="c"><geometry><sphere><radius>2</radius></sphere></geometry>
		<surface><friction><ode><mu>0.7</mu></ode></friction></surface></collision></link></model>`)))
	if err != nil {
		t.Fatal(err)
	}
	m, ok := f.World.Model("m")
	if !ok || !m.Static || m.Pose != (Pose{1, 2, 3, 0, 0, 0.5}) {
		t.Errorf("model %+v", m)
	}
	v, c := m.Links[0].Visuals[0], m.Links[0].Collisions[0]
	if v.Geometry != (Geometry{Cylinder, [3]float64{1, 1, 3}}) || v.Diffuse != (Color{0.1, 0.2, 0.3, 1}) || v.Transparency != 0.25 {
		t.Errorf("visual %+v", v)
	}
	if c.Geometry != (Geometry{Sphere, [3]float64{4, 4, 4}}) || c.Friction != 0.7 {
		t.Errorf("collision %+v", c)
	}
}

func TestJointLimitsDefaultToNone(t *testing.T) {
	f, err := Parse([]byte(arm(`<joint name="j" type="revolute"><parent>a</parent><child>b</child><axis><xyz>0 0 2</xyz>` +
		`<limit><velocity>-1</velocity></limit></axis></joint>`)))
	if err != nil {
		t.Fatal(err)
	}
	j := f.World.Models[0].Joints[0]
	if j.Axis != [3]float64{0, 0, 1} || !math.IsInf(j.Lower, -1) || !math.IsInf(j.Upper, 1) || !math.IsInf(j.Velocity, 1) || !math.IsInf(j.Effort, 1) {
		t.Errorf("joint %+v", j)
	}
}

// FuzzParse: whatever comes, Parse returns; what it accepts is finite and whole.
func FuzzParse(f *testing.F) {
	for _, name := range worlds.Names() {
		data, err := worlds.Read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, name := range models.Names() {
		data, err := models.Read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(visual(box)))
	f.Add([]byte(arm(`<joint name="j" type="prismatic"><parent>a</parent><child>b</child><axis><xyz>1 0 0</xyz></axis></joint>`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		all := file.Models
		if file.World != nil {
			all = append(all, file.World.Models...)
		}
		for i := range all {
			chain, err := NewChain(&all[i])
			if err != nil {
				t.Fatalf("an accepted model has no chain: %v", err)
			}
			chain.Links(Identity(), make([]float64, len(all[i].Joints)))
			for _, l := range all[i].Links {
				for _, v := range l.Visuals {
					if s := v.Geometry.Size; !(s[0] > 0 && s[1] > 0 && s[2] > 0) {
						t.Fatalf("an accepted size is %v", s)
					}
				}
			}
		}
	})
}
