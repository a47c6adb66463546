package handeye

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"hyt/calib/geom"
)

// A camera 0.1 m in front of the tool that looks along the tool's z, image upright
// when the tool's -y is up.
func looking() *Result {
	return &Result{Camera: geom.Pose{R: geom.Identity, T: geom.Vec{0.01, -0.02, 0.1}}}
}

func TestTransformsChainToTheOpticalFrame(t *testing.T) {
	res := looking()
	ts := res.Transforms(DefaultFrames(EyeInHand), time.Unix(5, 7))
	if ts[0].Header.FrameId != "tool0" || ts[0].ChildFrameId != ts[1].Header.FrameId || ts[1].ChildFrameId != "camera_optical_frame" {
		t.Fatalf("frames do not chain: %+v", ts)
	}
	if s := ts[0].Header.Stamp; s.Sec != 5 || s.Nanosec != 7 {
		t.Errorf("stamp is %+v", s)
	}
	chain := geom.Still
	for _, m := range ts {
		p, err := geom.FromMessage(m.Transform)
		if err != nil {
			t.Fatal(err)
		}
		chain = chain.Mul(p)
	}
	if d := chain.Difference(res.Camera); geom.Vec(d[:3]).Norm()+geom.Vec(d[3:]).Norm() > 1e-12 {
		t.Errorf("the chain misses the optical frame by %v", d)
	}
	// The body's x is where the camera looks.
	if x := res.Link().R.Col(0); x.Sub(geom.Vec{0, 0, 1}).Norm() > 1e-12 {
		t.Errorf("the body looks along %v of the tool", x)
	}
}

func TestURDFOriginsAreTheTransform(t *testing.T) {
	res := looking()
	var doc struct {
		Joints []struct {
			Origin struct {
				XYZ string `xml:"xyz,attr"`
				RPY string `xml:"rpy,attr"`
			} `xml:"origin"`
		} `xml:"joint"`
	}
	if err := xml.Unmarshal([]byte("<robot>"+res.URDF(DefaultFrames(EyeInHand))+"</robot>"), &doc); err != nil {
		t.Fatal(err)
	}
	chain := geom.Still
	for _, j := range doc.Joints {
		var p geom.Pose
		var r, q, y float64
		if _, err := fmt.Sscan(j.Origin.XYZ, &p.T[0], &p.T[1], &p.T[2]); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(j.Origin.RPY, &r, &q, &y); err != nil {
			t.Fatal(err)
		}
		p.R = geom.FromRPY(r, q, y)
		chain = chain.Mul(p)
	}
	if d := chain.Difference(res.Camera); geom.Vec(d[:3]).Norm()+geom.Vec(d[3:]).Norm() > 1e-6 {
		t.Errorf("the joints miss the optical frame by %v", d)
	}
}

func TestLaunchSnippetIsXMLForTheStaticPublisher(t *testing.T) {
	var doc struct {
		Nodes []struct {
			Pkg  string `xml:"pkg,attr"`
			Exec string `xml:"exec,attr"`
			Args string `xml:"args,attr"`
		} `xml:"node"`
	}
	if err := xml.Unmarshal([]byte("<launch>"+looking().Launch(DefaultFrames(EyeToHand))+"</launch>"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Nodes) != 2 || doc.Nodes[0].Pkg != "tf2_ros" || doc.Nodes[0].Exec != "static_transform_publisher" {
		t.Fatalf("got %+v", doc)
	}
	f := strings.Fields(doc.Nodes[0].Args)
	if len(f) != 18 || f[14] != "--frame-id" || f[15] != "base_link" || f[17] != "camera_link" {
		t.Errorf("arguments are %q", f)
	}
	var q [4]float64
	for i := range 4 {
		fmt.Sscan(f[7+2*i], &q[i])
	}
	if n := math.Hypot(math.Hypot(q[0], q[1]), math.Hypot(q[2], q[3])); math.Abs(n-1) > 1e-8 {
		t.Errorf("the quaternion's length is %g", n)
	}
}

func TestFrameNamesAreChecked(t *testing.T) {
	for _, f := range []Frames{{"/tool0", "c", "o"}, {"tool0", "", "o"}, {"a b", "c", "o"}, {"a", "a", "o"}} {
		if f.Check() == nil {
			t.Errorf("%+v passed", f)
		}
	}
	if err := DefaultFrames(EyeInHand).Check(); err != nil {
		t.Error(err)
	}
}
