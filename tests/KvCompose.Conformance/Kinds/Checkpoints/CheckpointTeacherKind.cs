using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>1,000 positions of a text: likeliest tokens, their probabilities, and that of the token that follows.</summary>
public sealed class CheckpointTeacherKind : CheckpointKind
{
    private const double ClearGap = 0.004;
    private const double WantedAgreement = 0.998;
    private const double AllowedDivergence = 1e-5;

    /// <inheritdoc/>
    public override string Name => "checkpoint.teacher-forced";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, LanguageModel model, PeerFigures figures)
    {
        int[] ids = @case.Ints("ids"), best = IntTensor.Read(@case.Field("argmax")), topIds = IntTensor.Read(@case.Field("top_ids"));
        float[] gaps = @case.Tensor("gap").Data, sums = @case.Tensor("logsumexp").Data, next = @case.Tensor("next_logprob").Data;
        float[] topLogProbabilities = @case.Tensor("top_logprobs").Data;
        int vocabulary = model.Shape.Vocabulary, listed = topIds.Length / ids.Length, agreed = 0;
        float[] logits = model.Forward(ids);
        double divergence = 0;
        for (int position = 0; position < ids.Length; position++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(position * vocabulary, vocabulary);
            double sum = LogSumExp(row);
            int likeliest = LogitCheck.Largest(row);
            agreed += likeliest == best[position] ? 1 : 0;
            Expect.True(gaps[position] <= ClearGap || likeliest == best[position], $"likeliest at {position}: {best[position]}, got {likeliest}");
            Expect.Close(sums[position], sum, 0, Tolerance, $"logsumexp at {position}");
            if (position < next.Length)
            {
                Expect.Close(next[position], row[ids[position + 1]] - sum, 0, Tolerance, $"next_logprob at {position}");
            }

            divergence += Divergence(
                topIds.AsSpan(position * listed, listed), topLogProbabilities.AsSpan(position * listed, listed), row, sum);
        }

        double agreement = agreed / (double)ids.Length, mean = divergence / ids.Length;
        if (@case.Optional("llama_cpp") is { } peer)
        {
            figures.Largest("share of positions with the same likeliest token", agreement, peer.Number("top1_agreement"));
            figures.Largest("mean KL to exact, in nats", mean, peer.Number("mean_kl_exact_llama"));
        }

        Expect.True(agreement >= WantedAgreement, $"top-1 agreement {agreement:P2}, wanted {WantedAgreement:P1}");
        Expect.True(mean <= AllowedDivergence, $"mean KL {mean:E2}, allowed {AllowedDivergence:E0}");
    }

    /// <summary>KL in nats over the listed tokens and the rest as one.</summary>
    private static double Divergence(ReadOnlySpan<int> ids, ReadOnlySpan<float> expected, ReadOnlySpan<float> row, double sum)
    {
        double divergence = 0, expectedRest = 1, ownRest = 1;
        for (int i = 0; i < ids.Length; i++)
        {
            double own = row[ids[i]] - sum, probability = Math.Exp(expected[i]);
            divergence += probability * (expected[i] - own);
            expectedRest -= probability;
            ownRest -= Math.Exp(own);
        }

        return expectedRest > 1e-9 && ownRest > 1e-9 ? divergence + (expectedRest * Math.Log(expectedRest / ownRest)) : divergence;
    }
}
