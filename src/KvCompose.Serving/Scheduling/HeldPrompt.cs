using KvCompose.Serving.Prefixes;

namespace KvCompose.Serving.Scheduling;

/// <summary>What of a request's prompt is held already: by its conversation's sequence, or by one that is kept and begins with the same tokens.</summary>
internal static class HeldPrompt
{
    /// <summary>A sequence that holds the first tokens of the prompt, if one is kept; else an empty one.</summary>
    /// <returns>How many it holds.</returns>
    public static int Adopt(Job job)
    {
        Lane lane = job.Lane;
        GenerationRequest request = job.Request;
        if (request.Conversation is { } conversation && lane.TakeConversation(request.Client, conversation) is { } own)
        {
            int common = own.Tokens.AsSpan().CommonPrefixLength(job.Prompt);
            job.Slot = own.Slot;
            return Shorten(lane.Session, own.Slot, own.Tokens.Length, common, job.Prompt.Length);
        }

        (KeptSequence? kept, int shared) = lane.Find(request.Client, job.Prompt);
        job.Slot = lane.Take();
        if (kept is null || kept.Use!.List is null)
        {
            return 0; // None, or the one that went for this one's place.
        }

        lane.Session.Fork(kept.Slot, job.Slot);
        return Shorten(lane.Session, job.Slot, kept.Tokens.Length, shared, job.Prompt.Length);
    }

    /// <summary>Drops what a sequence holds beyond the tokens that it shares with a prompt; all, where the pipeline cannot.</summary>
    private static int Shorten(KvSession session, int slot, int held, int common, int prompt)
    {
        if (common == held && (held < prompt || HasLogits(session, slot)))
        {
            return held;
        }

        int most = Math.Min(common, prompt - 1); // At least the last token is computed: its logits are wanted.
        foreach (int length in (int[])[most, most / 32 * 32, most / 256 * 256])
        {
            if (length <= 0)
            {
                break;
            }

            try
            {
                session.Rewind(length, slot);
                return length;
            }
            catch (RewindException)
            {
                // Where pages are rewritten, only whole ones can be dropped.
            }
        }

        session.Clear(slot);
        return 0;
    }

    private static bool HasLogits(KvSession session, int slot)
    {
        try
        {
            return session.Logits(slot).Length > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Gives a sequence back that was taken for a request which goes on waiting.</summary>
    public static void Return(Job job, int held)
    {
        if (held > 0 && job.Request.Conversation is not null)
        {
            job.Lane.Keep(new KeptSequence(job.Slot, job.Prompt[..held], job.Request.Client, job.Request.Conversation));
        }
        else
        {
            job.Lane.Free(job.Slot);
        }

        job.Slot = -1;
    }
}
