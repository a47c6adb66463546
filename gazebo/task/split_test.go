package task

import (
	"testing"

	"hyt/gazebo/models"
	"hyt/gazebo/sim"
)

// crowd counts the objects of many scenes.
func crowd(t *testing.T, tk Task, split Split) (least, most int) {
	t.Helper()
	least = 100
	for seed := range int64(100) {
		n := len(episode(t, tk, split, seed).Scene.Objects)
		least, most = min(least, n), max(most, n)
	}
	return least, most
}

func TestOODDistractorsHasMoreObjectsThanID(t *testing.T) {
	for _, tk := range All() {
		_, id := crowd(t, tk, ID)
		ood, _ := crowd(t, tk, OODDistractors)
		if ood <= id {
			t.Errorf("%s: %d objects at least, ID has up to %d", tk.Name(), ood, id)
		}
	}
}

func TestOnlyOODLightChangesLightAndCamera(t *testing.T) {
	for _, tk := range All() {
		for _, split := range Splits() {
			for seed := range int64(30) {
				light := episode(t, tk, split, seed).Scene.Light
				if (light != sim.Light{}) != (split == OODLight) {
					t.Fatalf("%s %s %d: light %+v", tk.Name(), split, seed, light)
				}
				if b := light.Brightness; split == OODLight && (b > 0.85 && b < 1.15) {
					t.Fatalf("%s %s %d: brightness %.2f is hardly another one", tk.Name(), split, seed, b)
				}
			}
		}
	}
}

func TestThingsDifferInSizeAndPattern(t *testing.T) {
	for _, tk := range All() {
		patterns := map[string]int{}
		usual, odd, patterned := 0, 0, 0
		const n = 300
		for seed := range int64(n) {
			scene := episode(t, tk, ID, seed).Scene
			any := false
			for _, o := range scene.Objects {
				patterns[o.Pattern]++
				any = any || o.Pattern != ""
				scale := o.Size[0] / Size(o.Shape)[0]
				if scale < 1-sizeSpread || scale > 1+sizeSpread {
					t.Fatalf("%s %d: %s is %.2f of its usual size", tk.Name(), seed, o.Name, scale)
				}
				if scale == 1 {
					usual++
				} else {
					odd++
				}
			}
			if any {
				patterned++
			}
		}
		if share := float64(odd) / float64(odd+usual); share < 0.4 || share > 0.6 {
			t.Errorf("%s: %.0f %% of the things are not of the usual size", tk.Name(), 100*share)
		}
		if patterned < n/5 || patterned > n/2 {
			t.Errorf("%s: patterns in %d of %d scenes", tk.Name(), patterned, n)
		}
		for _, p := range models.Patterns() {
			if patterns[p] == 0 {
				t.Errorf("%s: no %s", tk.Name(), p)
			}
		}
	}
}

// Scenes of one split say nothing about those of another: each is drawn for itself.
func TestSplitsAreDrawnSeparately(t *testing.T) {
	for _, tk := range All() {
		seen := map[sim.Pose]Split{}
		for _, split := range Splits() {
			for seed := range int64(20) {
				for _, o := range episode(t, tk, split, seed).Scene.Objects {
					if other, twice := seen[o.Pose]; twice && other != split {
						t.Fatalf("%s: a thing stands at %+v in %s and in %s", tk.Name(), o.Pose, other, split)
					}
					seen[o.Pose] = split
				}
			}
		}
	}
}
