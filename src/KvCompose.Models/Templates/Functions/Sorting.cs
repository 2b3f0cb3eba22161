using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Functions;

/// <summary>A stable sort whose comparison may fail with a fault.</summary>
internal static class Sorting
{
    public static List<T> Sort<T>(TemplateRun run, IEnumerable<T> items, Func<T, T, bool> less)
    {
        T[] from = [.. items], to = new T[from.Length];
        for (int width = 1; width < from.Length; width *= 2)
        {
            for (int start = 0; start < from.Length; start += 2 * width)
            {
                Merge(run, from, to, start, Math.Min(start + width, from.Length), Math.Min(start + 2 * width, from.Length), less);
            }

            (from, to) = (to, from);
        }

        return [.. from];
    }

    private static void Merge<T>(TemplateRun run, T[] from, T[] to, int start, int middle, int end, Func<T, T, bool> less)
    {
        int left = start, right = middle;
        for (int i = start; i < end; i++)
        {
            run.Step();
            bool takeRight = left >= middle || (right < end && less(from[right], from[left]));
            to[i] = takeRight ? from[right++] : from[left++];
        }
    }
}
