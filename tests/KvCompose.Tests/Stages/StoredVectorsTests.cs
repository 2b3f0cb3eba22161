using System.Runtime.Intrinsics;
using KvCompose.Runtime;

namespace KvCompose.Tests.Stages;

public sealed unsafe class StoredVectorsTests
{
    private const int Elements = 64;

    [Fact]
    public void Fp32_InEveryWidth_IsWhatWasStored() => Compare<Fp32Storage>(static i => (i * 0.37f) - 11);

    [Fact]
    public void Fp16_InEveryWidth_IsWhatWasStored() => Compare<Fp16Storage>(static i => (float)(Half)((i * 0.37f) - 11));

    [Fact]
    public void ThinK_InEveryWidth_IsWhatWasStored() => Compare<ThinKStorage>(static i => (i * 0.37f) - 11);

    [Fact]
    public void Int8_InEveryWidth_IsWhatWasStored() => Compare<Int8Storage>(static i => i * 37 % 256);

    [Fact]
    public void Int4_InEveryWidth_IsWhatWasStored() => Compare<Int4Storage>(static i => i * 7 % 16);

    /// <summary>A storage that has sixteen elements only.</summary>
    [Fact]
    public void StorageOfItsOwn_WithoutNarrowLoads_TakesThePartsOfSixteen() => Compare<Doubled>(static i => i - 9);

    private static void Compare<TStorage>(Func<int, float> element)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        byte* block = stackalloc byte[Elements * sizeof(float)];
        for (int i = 0; i < Elements; i++)
        {
            TStorage.Store(block, i, element(i));
        }

        for (int i = 0; i < Elements; i++)
        {
            Assert.Equal(element(i), TStorage.Load(block, i & ~15)[i & 15]);
            Assert.Equal(element(i), StoredVectors.Load256<TStorage>(block, i & ~7)[i & 7]);
            Assert.Equal(element(i), StoredVectors.Load128<TStorage>(block, i & ~3)[i & 3]);
        }
    }

    [StorageFacts(ElementBits = 32)]
    private readonly struct Doubled : IStorage<Doubled>
    {
        public static void Store(byte* block, nint index, float value) => ((float*)block)[index] = 2 * value;

        public static Vector512<float> Load(byte* block, nint index) => Vector512.Load((float*)block + index) * 0.5f;
    }
}
