using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Models.Networks;
using KvCompose.Models.Networks.Layers;
using KvCompose.Reference;
using KvCompose.Threading;

namespace KvCompose.Models.Tests.Networks;

/// <summary>The delta rule in chunks and a row at a time, against the plain recurrence.</summary>
public sealed unsafe class DeltaRuleTests
{
    private const int KeyHeads = 2, ValueHeads = 4, Kernel = 4;
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(1, 16, 16, false)]
    [InlineData(7, 16, 16, false)]
    [InlineData(8, 16, 24, true)]
    [InlineData(64, 16, 16, false)]
    [InlineData(65, 20, 12, false)]
    [InlineData(150, 32, 16, true)]
    [InlineData(200, 16, 128, false)]
    public void Run_AnyRows_IsTheRecurrence(int rows, int keyDim, int valueDim, bool tiled)
    {
        var delta = new RecurrentDescription.GatedDelta(
            KeyHeads, ValueHeads, keyDim, valueDim, Kernel, new NormDescription(NormKind.RootMeanSquare, 1e-6f, Weighted: false), tiled);
        using var layer = new Layer(delta, rows, seed: rows);
        using var together = new NativeFloats(delta.StateFloats);
        using var oneByOne = new NativeFloats(delta.StateFloats);
        float[] chunks = layer.Run(together, 0, rows);
        float[] single = [.. Enumerable.Range(0, rows).SelectMany(row => layer.Run(oneByOne, row, 1))];
        double[] expected = layer.Expected(out double[] state);
        int before = (Kernel - 1) * delta.Channels;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], chunks[i], Tolerance);
            Assert.Equal(expected[i], single[i], Tolerance);
        }

        for (int i = 0; i < state.Length; i++)
        {
            Assert.Equal(state[i], together.Pointer[before + i], Tolerance);
            Assert.Equal(state[i], oneByOne.Pointer[before + i], Tolerance);
        }
    }

    /// <summary>Inputs of the rule, as the projections and the convolution would give them.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly RecurrentDescription.GatedDelta _delta;
        private readonly int _rows;
        private readonly NativeFloats[] _floats;
        private readonly NativeFloats _ones;
        private readonly WorkerPool _workers = new(2);
        private readonly Scratch _scratch = new();

        public Layer(RecurrentDescription.GatedDelta delta, int rows, int seed)
        {
            (_delta, _rows) = (delta, rows);
            var random = new Random(seed);
            _floats =
            [
                Random(random, rows * delta.Channels, 1), Random(random, rows * delta.ValueWidth, 1), Random(random, rows * ValueHeads, 2),
                Random(random, rows * ValueHeads, 2), Random(random, ValueHeads, 1), Random(random, ValueHeads, 1),
            ];
            for (int head = 0; head < ValueHeads; head++)
            {
                _floats[4].Pointer[head] = -MathF.Exp(_floats[4].Pointer[head]);
            }

            _ones = new NativeFloats(delta.ValueDim);
            new Span<float>(_ones.Pointer, delta.ValueDim).Fill(1);
        }

        public float[] Run(NativeFloats state, int first, int rows)
        {
            using var output = new NativeFloats((long)rows * _delta.ValueWidth);
            nint place = (nint)state.Pointer;
            DeltaRule.Run(_workers, _scratch, new DeltaRule
            {
                Delta = _delta,
                Rows = new RecurrentRows { Rows = rows, Sequences = 1, States = &place },
                Convolved = _floats[0].Pointer + (first * _delta.Channels),
                Gate = _floats[1].Pointer + (first * _delta.ValueWidth),
                Beta = _floats[2].Pointer + (first * ValueHeads),
                Step = _floats[3].Pointer + (first * ValueHeads),
                Decay = _floats[4].Pointer,
                StepBias = _floats[5].Pointer,
                Norm = new NormWeights(_delta.Norm, _ones, null),
                Output = output.Pointer,
            });
            return new ReadOnlySpan<float>(output.Pointer, (int)output.Count).ToArray();
        }

        public double[] Expected(out double[] state)
        {
            int dk = _delta.KeyDim, dv = _delta.ValueDim;
            var output = new double[_rows * _delta.ValueWidth];
            var states = new List<double>();
            for (int head = 0; head < ValueHeads; head++)
            {
                var rule = new PlainDeltaRule(dk, dv);
                int keyHead = _delta.Tiled ? head % KeyHeads : head / (ValueHeads / KeyHeads);
                for (int row = 0; row < _rows; row++)
                {
                    double[] At(int which, int stride, int first, int count)
                        => [.. Enumerable.Range(0, count).Select(i => (double)_floats[which].Pointer[(row * stride) + first + i])];
                    double step = At(3, ValueHeads, head, 1)[0] + _floats[5].Pointer[head], beta = 1 / (1 + Math.Exp(-At(2, ValueHeads, head, 1)[0]));
                    double[] o = rule.Step(
                        At(0, _delta.Channels, keyHead * dk, dk), At(0, _delta.Channels, (KeyHeads + keyHead) * dk, dk),
                        At(0, _delta.Channels, (2 * KeyHeads * dk) + (head * dv), dv), _floats[4].Pointer[head] * Math.Log(1 + Math.Exp(step)), beta);
                    double[] gate = At(1, _delta.ValueWidth, head * dv, dv);
                    double scale = 1 / Math.Sqrt(o.Average(static x => x * x) + 1e-6);
                    for (int i = 0; i < dv; i++)
                    {
                        output[(row * _delta.ValueWidth) + (head * dv) + i] = o[i] * scale * gate[i] / (1 + Math.Exp(-gate[i]));
                    }
                }

                states.AddRange(rule.State.Cast<double>());
            }

            state = [.. states];
            return output;
        }

        public void Dispose()
        {
            _workers.Dispose();
            _scratch.Dispose();
            _ones.Dispose();
            foreach (NativeFloats floats in _floats)
            {
                floats.Dispose();
            }
        }

        private static NativeFloats Random(Random random, int count, double most)
        {
            var floats = new NativeFloats(count);
            for (int i = 0; i < count; i++)
            {
                floats.Pointer[i] = (float)((random.NextDouble() - 0.5) * 2 * most);
            }

            return floats;
        }
    }
}
