using System.Security.Cryptography;
using System.Text;
using KvCompose.Models.Checkpoints;

namespace KvCompose.Models;

/// <summary>The files that a model was read from, and the hashes that tell it from others. Hashed when first asked for: they may be many gigabytes.</summary>
internal sealed class ModelFiles
{
    private readonly Lazy<ModelIdentity> _identity;

    public ModelFiles(string folder, IEnumerable<string> weights)
    {
        Stamp[] model = [.. weights.Order(StringComparer.Ordinal).Prepend(Path.Combine(folder, "config.json")).Select(Stamp.Of)];
        Stamp[] tokenizer = [Stamp.Of(Path.Combine(folder, "tokenizer.json"))];
        _identity = new Lazy<ModelIdentity>(() => new ModelIdentity(Hash(model), Hash(tokenizer)), LazyThreadSafetyMode.PublicationOnly);
    }

    public ModelIdentity Identity => _identity.Value;

    private static string Hash(Stamp[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Stamp file in files)
        {
            if (Stamp.Of(file.Path) != file)
            {
                throw new IOException($"'{file.Path}' has changed since the model was loaded, so its hash cannot be told");
            }

            using FileStream stream = File.OpenRead(file.Path);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file.Path)));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Stamp(string Path, long Bytes, DateTime Written)
    {
        public static Stamp Of(string path) => new(path, new FileInfo(path).Length, File.GetLastWriteTimeUtc(path));
    }
}
