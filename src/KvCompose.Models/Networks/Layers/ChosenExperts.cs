using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// The chosen experts of one token, in two dispatches: of all of them at once a range of the middle, then a range of what they
/// give. Weights are read where the file has them; experts that are not chosen are not touched.
/// </summary>
internal static unsafe class ChosenExperts
{
    private const int Range = 32;

    /// <summary>Whether all matrices are as the file has them.</summary>
    public static bool CanRun(ExpertWeights experts) => experts.Gate[0] is StoredMatrix && experts.Down[0] is StoredMatrix
        && (experts.Up.Length == 0 || experts.Up[0] is StoredMatrix);

    /// <param name="workers">Threads.</param>
    /// <param name="description">The experts.</param>
    /// <param name="experts">Their weights.</param>
    /// <param name="input">[D].</param>
    /// <param name="width">D.</param>
    /// <param name="chosen">[k].</param>
    /// <param name="weights">[k].</param>
    /// <param name="mixed">Receives the sum of the weighted experts, [D]; is zero before.</param>
    /// <param name="scratch">Buffers.</param>
    public static void Run(
        WorkerPool workers, ExpertsDescription description, ExpertWeights experts, float* input, int width, int[] chosen, float* weights,
        float* mixed, Scratch scratch)
    {
        long inputFloats = RowTiles.Floats(1, width), middleFloats = RowTiles.Floats(1, description.Width);
        NativeFloats block = scratch.Of(ScratchUse.ExpertTiles, description.Chosen * (inputFloats + middleFloats));
        int inputs = description.ScalesInput ? description.Chosen : 1;
        for (int slot = 0; slot < inputs; slot++)
        {
            float* tile = block.Pointer + (slot * inputFloats);
            new ReadOnlySpan<float>(input, width).CopyTo(new Span<float>(tile, width));
            if (description.ScalesInput)
            {
                RowKernels.Scale(tile, weights[slot], width);
            }
        }

        int middleRanges = (description.Width + Range - 1) / Range;
        var middle = new MiddleWork
        {
            Description = description,
            Experts = experts,
            Chosen = chosen,
            Weights = weights,
            Inputs = block.Pointer,
            InputFloats = description.ScalesInput ? (nint)inputFloats : 0,
            Middle = block.Pointer + (description.Chosen * inputFloats),
            MiddleFloats = (nint)middleFloats,
            Depth = width,
            Ranges = middleRanges,
        };
        workers.Run(ref middle, middleRanges * description.Chosen);
        var down = new DownWork { Of = middle, Mixed = mixed };
        workers.Run(ref down, (width + Range - 1) / Range);
    }

    /// <summary>The middle of one expert, some elements of it, times the expert's weight.</summary>
    private struct MiddleWork : IParallelWork
    {
        public ExpertsDescription Description;
        public ExpertWeights Experts;
        public int[] Chosen;
        public float* Weights;
        public float* Inputs;
        public nint InputFloats; // From one expert's input to the next; 0 where they share one.
        public float* Middle;
        public nint MiddleFloats;
        public int Depth;
        public int Ranges;

        public readonly void Run(int item, int worker)
        {
            int slot = item / Ranges, first = item % Ranges * Range, count = Math.Min(Range, Description.Width - first), expert = Chosen[slot];
            float* gate = stackalloc float[2 * Range];
            float* up = stackalloc float[Range];
            var tiles = new RowTiles(Inputs + (slot * InputFloats), 1, Depth);
            bool apart = Experts.Up.Length > 0;
            int rows = apart ? count : 2 * count, start = apart ? first : 2 * first;
            Multiply(Experts.Gate[expert], Description.Bias ? Experts.GateBias[expert] : null, tiles, start, rows, gate);
            if (apart)
            {
                Multiply(Experts.Up[expert], Description.Bias ? Experts.UpBias[expert] : null, tiles, first, count, up);
            }

            float* target = Middle + (slot * MiddleFloats) + first;
            new ExpertMiddleRows(gate, apart ? up : null, count, Description.Activation).Copy(0, default, 0, count, target);
            if (!Description.ScalesInput)
            {
                RowKernels.Scale(target, Weights[slot], count);
            }
        }

        private static void Multiply(WeightMatrix matrix, NativeFloats? bias, RowTiles tiles, int first, int count, float* target)
        {
            ((StoredMatrix)matrix).Multiply(first, count, tiles, target - first, accumulate: false);
            if (bias is not null)
            {
                RowKernels.Add(target, bias.Pointer + first, count);
            }
        }
    }

    /// <summary>Some elements of what all chosen experts give together.</summary>
    private struct DownWork : IParallelWork
    {
        public MiddleWork Of;
        public float* Mixed;

        public readonly void Run(int item, int worker)
        {
            int first = item * Range, count = Math.Min(Range, Of.Depth - first);
            for (int slot = 0; slot < Of.Description.Chosen; slot++)
            {
                var tiles = new RowTiles(Of.Middle + (slot * Of.MiddleFloats), 1, Of.Description.Width);
                ((StoredMatrix)Of.Experts.Down[Of.Chosen[slot]]).Multiply(first, count, tiles, Mixed, accumulate: true);
                if (Of.Description.Bias && Of.Experts.DownBias[Of.Chosen[slot]] is { } bias)
                {
                    RowKernels.AddScaled(Mixed + first, bias.Pointer + first, Of.Description.ScalesInput ? 1 : Of.Weights[slot], count);
                }
            }
        }
    }
}
