package traincmd

import (
	"testing"

	"hyt/trainer/hybrid"
)

func TestAPresetGivesWayToTheKeysThatItStandsFor(t *testing.T) {
	c := Default()
	if err := c.read(write(t, "regime: vla\nmodel: {backbone: lstm, size: small, layers: 3}\n")); err != nil {
		t.Fatal(err)
	}
	if c.Modes != (hybrid.Weights{Act: 1}) || c.regime() != hybrid.VLA {
		t.Errorf("modes %+v, regime %q", c.Modes, c.regime())
	}
	if m := c.Model; m.Backbone != "lstm" || m.Width != 192 || m.Layers != 3 || m.Positions != 56 {
		t.Errorf("model %+v, want a small LSTM of 3 layers", m)
	}
	if err := c.read(write(t, "regime: hyt\nmodes: {act: 0.6, think: 0.2, follow: 0.2}\n")); err != nil {
		t.Fatal(err)
	}
	if c.Modes.Act != 0.6 || c.Model.Layers != 3 {
		t.Errorf("modes %+v, layers %d", c.Modes, c.Model.Layers)
	}
}

// TestACommandLineAsksForARegime: the flag goes before the file's schedule.
func TestACommandLineAsksForARegime(t *testing.T) {
	cmd := New()
	config := write(t, "schedule: [{at: 0.5, act: 1, think: 0, follow: 0}]\n")
	if err := cmd.ParseFlags([]string{"--out", "x", "--bags", "y", "--config", config, "--regime", "ecot"}); err != nil {
		t.Fatal(err)
	}
	c, err := options{out: "x", bags: []string{"y"}, config: config, regime: "ecot"}.configure(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if w := c.mix().At(0.9); w != (hybrid.Weights{Think: 1}) {
		t.Errorf("weights late in the run %+v, want think only", w)
	}
}
