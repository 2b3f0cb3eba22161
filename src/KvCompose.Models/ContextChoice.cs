namespace KvCompose.Models;

/// <summary>Which positions a network accepts, and how long the sequences of sessions may become.</summary>
internal static class ContextChoice
{
    /// <summary>
    /// The network accepts all that the model was made for. Sessions rotate every token with the same frequencies, so that where
    /// these depend on the length, the length is chosen at opening.
    /// </summary>
    public static (int Positions, int Context) Of(NetworkDescription description, int context)
    {
        int positions = description.Context, usual = positions;
        foreach (LayerDescription layer in description.Layers)
        {
            switch (layer.Attention?.Rotation?.Scaling)
            {
                case RopeScaling.Dynamic scaling:
                    positions = Math.Max(positions, (int)Math.Min(scaling.OriginalContext * scaling.Factor, 1 << 24));
                    break;
                case RopeScaling.LongRope scaling:
                    usual = Math.Min(usual, scaling.OriginalContext);
                    break;
            }
        }

        if (context < 0 || context > positions)
        {
            throw new ArgumentOutOfRangeException(
                nameof(context), context, $"{nameof(LanguageModelOptions)}.{nameof(LanguageModelOptions.Context)}: expected 0 to {positions}, the longest sequence that the model was made for");
        }

        return (positions, context == 0 ? usual : context);
    }
}
