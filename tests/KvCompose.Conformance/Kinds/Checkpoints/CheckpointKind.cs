using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>A kind about a real model, which lies beside the file or in the folder that KVCOMPOSE_CHECKPOINTS names. Skipped without it.</summary>
public abstract class CheckpointKind : IVectorKind
{
    /// <summary>The largest difference of a logit that fp32 arithmetic is allowed.</summary>
    protected const double Tolerance = 2e-3;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        string name = file.Root.Text("model");
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, name);
        string? folder = Environment.GetEnvironmentVariable("KVCOMPOSE_CHECKPOINTS");
        string path = File.Exists(beside) || folder is null ? beside : Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return VectorResult.Skipped($"there is no '{name}' beside it, nor in the folder of KVCOMPOSE_CHECKPOINTS");
        }

        using LanguageModel model = LanguageModel.Load(path);
        var figures = new PeerFigures();
        return CaseLoop.Run(file.Cases, @case => Check(@case, model, figures)) with { Notes = figures.Lines };
    }

    /// <summary>Runs one case. Whatever it throws is the case's failure.</summary>
    /// <param name="case">The case.</param>
    /// <param name="model">The model.</param>
    /// <param name="figures">Takes figures for which the file states llama.cpp's.</param>
    protected abstract void Check(JsonElement @case, LanguageModel model, PeerFigures figures);

    /// <summary>ln Σ exp of a row.</summary>
    protected static double LogSumExp(ReadOnlySpan<float> row)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (float logit in row)
        {
            largest = Math.Max(largest, logit);
        }

        foreach (float logit in row)
        {
            sum += Math.Exp(logit - largest);
        }

        return largest + Math.Log(sum);
    }
}
