using KvCompose.Generators.Emit.Kernels;
using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Statistics;

/// <summary>What a statistic of the keys themselves is: for the loops of a tile of 16 keys, for kernels of a lane's key.</summary>
/// <param name="Method">The loop's method, which takes a tile and returns 16 floats.</param>
/// <param name="Loop">That method, whose first parameter the plan may be.</param>
/// <param name="Local">The variable that a kernel has it in.</param>
/// <param name="WriteKernel">Declares that variable.</param>
internal sealed record KeyFormula(string Method, Func<string, string> Loop, string Local, Action<KernelWriter, PipelinePlan, KernelPlan> WriteKernel)
{
    private static readonly KeyFormula Norm = new("KeyNorm", NormLoop, "norm", TileScores.WriteNorm);

    private static string NormLoop(string plan) => $$"""
        /// <summary>Norms of a tile's 16 keys.</summary>
        private static Vector512<float> KeyNorm({{plan}}float* tile)
        {
            Vector512<float> squares = Vector512<float>.Zero;
            for (int i = 0; i < Plan.HeadDim; i++, tile += 16)
            {
                Vector512<float> element = Vector512.Load(tile);
                squares = Vector512.MultiplyAddEstimate(element, element, squares);
            }

            return Vector512.Sqrt(squares);
        }
        """;

    /// <summary>The formula of a statistic.</summary>
    public static KeyFormula Of(ObservedStatistic statistic) => statistic.Statistic switch
    {
        AttentionStatistics.KeyNorm => Norm,
        _ => throw new InvalidOperationException($"{statistic.Statistic} is no statistic of keys."),
    };
}
