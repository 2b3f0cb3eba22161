namespace KvCompose.Serving.Scheduling;

/// <summary>Takes pictures of what a sequence holds.</summary>
internal static class CacheView
{
    public static CacheSnapshot Of(Job job, int layer)
    {
        KvSession session = job.Lane.Session;
        int[] tokens = [.. job.Prompt, .. job.Handle.Answer.Take(job.Appended)];
        var held = new int[tokens.Length];
        var perHead = new int[session.Shape.Layers][];
        for (int one = 0; one < perHead.Length; one++)
        {
            perHead[one] = new int[session.Shape.KeyValueHeads];
            for (int head = 0; head < perHead[one].Length; head++)
            {
                int[] positions = session.Positions(one, head, job.Slot);
                perHead[one][head] = positions.Length;
                foreach (int position in one == layer ? positions : [])
                {
                    if (position < held.Length)
                    {
                        held[position]++;
                    }
                }
            }
        }

        return new CacheSnapshot(tokens, layer, held, perHead, session.Usage.BytesHeld, session.TierUsage.TokensMoved);
    }
}
