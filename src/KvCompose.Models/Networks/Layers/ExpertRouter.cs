using System.Numerics.Tensors;
using KvCompose.Memory;

namespace KvCompose.Models.Networks.Layers;

/// <summary>Chooses the experts of one token and weights them.</summary>
internal static unsafe class ExpertRouter
{
    private const int MostOnStack = 1024;

    /// <param name="description">The experts.</param>
    /// <param name="logits">[E]; overwritten.</param>
    /// <param name="bias">What is added to scores to choose.</param>
    /// <param name="scale">What weights are multiplied with, by expert.</param>
    /// <param name="chosen">Receives the experts, the best first; the lower one among equals.</param>
    /// <param name="weights">Receives their weights.</param>
    public static void Choose(
        ExpertsDescription description, Span<float> logits, NativeFloats? bias, NativeFloats? scale, Span<int> chosen, Span<float> weights)
    {
        RouterDescription router = description.Router;
        if (router.Scores == RouterScores.Softmax)
        {
            TensorPrimitives.SoftMax(logits, logits);
        }
        else if (router.Scores == RouterScores.Sigmoid)
        {
            TensorPrimitives.Sigmoid(logits, logits);
        }

        Span<float> ranks = logits.Length <= MostOnStack ? stackalloc float[logits.Length] : new float[logits.Length];
        logits.CopyTo(ranks);
        for (int i = 0; bias is not null && i < ranks.Length; i++)
        {
            ranks[i] += bias.Pointer[i];
        }

        if (router.Groups > 1)
        {
            KeepGroups(ranks, router.Groups, router.ChosenGroups);
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = Largest(ranks);
            ranks[chosen[i]] = float.NegativeInfinity;
            weights[i] = logits[chosen[i]];
        }

        if (router.Scores == RouterScores.SoftmaxOfChosen)
        {
            TensorPrimitives.SoftMax(weights, weights);
        }

        float factor = (float)router.Scale;
        if (router.Renormalise)
        {
            factor /= TensorPrimitives.Sum<float>(weights) + (float)router.RenormaliseEpsilon;
        }

        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= factor * (scale is null ? 1 : scale.Pointer[chosen[i]]);
        }
    }

    /// <summary>Leaves the groups with the largest sums of their two best.</summary>
    private static void KeepGroups(Span<float> ranks, int groups, int kept)
    {
        int size = ranks.Length / groups;
        Span<float> sums = groups <= MostOnStack ? stackalloc float[groups] : new float[groups];
        for (int group = 0; group < groups; group++)
        {
            float first = float.NegativeInfinity, second = float.NegativeInfinity;
            foreach (float rank in ranks.Slice(group * size, size))
            {
                (first, second) = rank > first ? (rank, first) : (first, Math.Max(second, rank));
            }

            sums[group] = size > 1 ? first + second : first;
        }

        for (int i = 0; i < kept; i++)
        {
            sums[Largest(sums)] = float.NaN;
        }

        for (int group = 0; group < groups; group++)
        {
            if (!float.IsNaN(sums[group]))
            {
                ranks.Slice(group * size, size).Fill(float.NegativeInfinity);
            }
        }
    }

    private static int Largest(ReadOnlySpan<float> numbers)
    {
        int best = -1;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!float.IsNaN(numbers[i]) && (best < 0 || numbers[i] > numbers[best]))
            {
                best = i;
            }
        }

        return Math.Max(best, 0);
    }
}
