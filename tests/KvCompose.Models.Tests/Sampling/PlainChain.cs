using KvCompose.Models.Sampling;

namespace KvCompose.Models.Tests.Sampling;

/// <summary>The chain of transformers, step by step on sorted lists: temperature, top-k, top-p, min-p, typical-p.</summary>
internal static class PlainChain
{
    public static Dictionary<int, double> Probabilities(float[] logits, SamplingOptions options)
    {
        List<(int Id, double Logit)> left = [.. logits.Select((logit, id) => (id, (double)logit / options.Temperature))];
        left = [.. left.OrderByDescending(item => item.Logit).ThenBy(item => item.Id)];
        if (options.TopK > 0 && options.TopK < left.Count)
        {
            double last = left[options.TopK - 1].Logit;
            left = [.. left.Where(item => item.Logit >= last)];
        }

        if (options.TopP < 1)
        {
            double[] p = Softmax(left);
            int keep = 0;
            for (double sum = 0; keep < left.Count && (keep == 0 || sum < options.TopP); keep++)
            {
                sum += p[keep];
            }

            left = left[..keep];
        }

        if (options.MinP > 0)
        {
            double[] p = Softmax(left);
            left = [.. left.Where((_, i) => p[i] >= options.MinP * p[0] * (1 - 1e-12))];
        }

        if (options.TypicalP < 1)
        {
            double[] p = Softmax(left);
            double entropy = -p.Sum(q => q * Math.Log(q));
            (double Distance, int Index)[] order = [.. p.Select((q, i) => (Math.Abs(-Math.Log(q) - entropy), i)).OrderBy(item => item.Item1)];
            double sum = 0;
            int last = 0;
            while (last < order.Length - 1 && (sum += p[order[last].Index]) < options.TypicalP)
            {
                last++;
            }

            double farthest = order[last].Distance + 1e-9;
            left = [.. left.Where((_, i) => i == 0 || Math.Abs(-Math.Log(p[i]) - entropy) <= farthest)];
        }

        double[] final = Softmax(left);
        return left.Select((item, i) => (item.Id, final[i])).ToDictionary(item => item.Id, item => item.Item2);
    }

    private static double[] Softmax(List<(int Id, double Logit)> items)
    {
        double best = items.Max(item => item.Logit), sum = items.Sum(item => Math.Exp(item.Logit - best));
        return [.. items.Select(item => Math.Exp(item.Logit - best) / sum)];
    }
}
