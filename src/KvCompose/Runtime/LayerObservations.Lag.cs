using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>How much a token varies in the scale of the tokens that follow it.</summary>
public static unsafe partial class LayerObservations
{
    /// <summary><see cref="AttentionStatistics.LagRank"/> of every token, [Hkv].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sinks">Tokens before the first part.</param>
    /// <param name="lag">Tokens of a part.</param>
    /// <param name="ranks">
    /// Receives rank / lag within each part but the last; 1 and more, rising, for the last part and what is behind it. Where there are not two parts, ranks
    /// rise with the position.
    /// </param>
    public static void LagRank(in ObservedLayer layer, int sinks, int lag, float* ranks)
    {
        var work = new LagRankWork { Layer = layer, Sinks = sinks, Lag = lag, Ranks = ranks };
        layer.Workers.Run(ref work, layer.Heads);
    }

    private struct LagRankWork : IParallelWork
    {
        public ObservedLayer Layer;
        public int Sinks;
        public int Lag;
        public float* Ranks;

        public readonly void Run(int head, int worker)
        {
            int tokens = Layer.Tokens, parts = Math.Max(0, tokens - Sinks) / Lag;
            float* ranks = Ranks + ((nint)head * Layer.Stride);
            int last = parts < 2 ? 0 : Sinks + ((parts - 1) * Lag);
            for (int token = last; token < tokens; token++)
            {
                ranks[token] = (parts < 2 ? 0f : 1f) + ((token - last) / (float)tokens);
            }

            new Span<float>(ranks, last).Fill(1);
            var scores = new double[Lag];
            var order = new int[Lag];
            for (int part = 0; part < parts - 1; part++)
            {
                int first = Sinks + (part * Lag);
                Array.Clear(scores);
                AddSpread(Layer.Key(first, head), scores);
                AddSpread(Layer.Value(first, head), scores);
                for (int i = 0; i < Lag; i++)
                {
                    order[i] = i;
                }

                order.AsSpan().Sort((left, right) => scores[left] != scores[right] ? scores[left].CompareTo(scores[right]) : left.CompareTo(right));
                for (int rank = 0; rank < Lag; rank++)
                {
                    ranks[first + order[rank]] = rank / (float)Lag;
                }
            }
        }

        /// <summary>Adds the softmax, over a part, of each row's deviation over the channels, which are scaled by the extremes of the part that follows.</summary>
        private readonly void AddSpread(float* rows, double[] scores)
        {
            int d = Layer.ModelHeadDim;
            nint stride = (nint)Layer.Heads * Layer.HeadDim;
            var minimum = new float[d];
            var maximum = new float[d];
            Array.Fill(minimum, float.PositiveInfinity);
            Array.Fill(maximum, float.NegativeInfinity);
            for (int row = 0; row < Lag; row++)
            {
                float* next = rows + ((Lag + row) * stride);
                for (int i = 0; i < d; i++)
                {
                    minimum[i] = Math.Min(minimum[i], next[i]);
                    maximum[i] = Math.Max(maximum[i], next[i]);
                }
            }

            var deviations = new double[Lag];
            double largest = double.NegativeInfinity, sum = 0;
            for (int row = 0; row < Lag; row++)
            {
                deviations[row] = Deviation(rows + (row * stride), minimum, maximum);
                largest = Math.Max(largest, deviations[row]);
            }

            for (int row = 0; row < Lag; row++)
            {
                deviations[row] = Math.Exp(deviations[row] - largest);
                sum += deviations[row];
            }

            for (int row = 0; row < Lag; row++)
            {
                scores[row] += deviations[row] / sum;
            }
        }

        /// <summary>Deviation, with d − 1, of a row in the scale of the extremes; a channel that does not vary counts as 0.</summary>
        private static double Deviation(float* row, float[] minimum, float[] maximum)
        {
            int d = minimum.Length;
            double mean = 0, squares = 0;
            for (int i = 0; i < d; i++)
            {
                double range = maximum[i] - minimum[i], scaled = range > 0 ? (row[i] - minimum[i]) / range : 0;
                mean += scaled;
                squares += scaled * scaled;
            }

            return Math.Sqrt(Math.Max(0, squares - (mean * mean / d)) / Math.Max(1, d - 1));
        }
    }
}
