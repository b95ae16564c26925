import type { Words } from './words.ts'

export const id: Words = {
  levels: { informational: 'Informasi', low: 'Rendah', medium: 'Sedang', high: 'Tinggi', critical: 'Kritis' },
  labels: {
    host: 'Host',
    group: 'Grup',
    level: 'Tingkat',
    time: 'Waktu',
    type: 'Jenis',
    families: 'Keluarga',
    attack: 'ATT&CK',
    rule: 'Aturan',
    open: 'Buka di Davylamp',
  },
  severalHosts: 'beberapa host',
  more: 'dan {count} lainnya',
  footer: 'Davylamp mengirim pesan ini sesuai aturan notifikasi.',
  reasons: {
    alert: {
      subject: '{level}: {title} – {host}',
      sentence: 'Davylamp menemukan ini di {host}.',
      advice: 'Buka peringatan, baca alasannya, lalu tangani.',
    },
    'alert-gone': {
      subject: 'Tidak terlihat lagi: {title} – {host}',
      sentence: 'Pemindaian terakhir di {host} tidak lagi menemukannya.',
      advice: 'Jika tidak ada yang menghapusnya, periksa host: mungkin ia berpindah tempat.',
    },
    'clean-done': {
      subject: 'Sudah dibersihkan dan terbukti: {host}',
      sentence: 'Pembersihan {host} selesai dan pemeriksaan ulang tidak menemukan sisa.',
      advice: 'Tutup jalan masuknya, dan perhatikan pemeriksaan berikutnya.',
    },
    'clean-left': {
      subject: 'Belum bersih seluruhnya: {host}',
      sentence: 'Pembersihan {host} berakhir, tetapi masih ada sisa atau belum terbukti hilang.',
      advice: 'Buka catatan pembersihan: setiap langkah yang gagal dan sarannya tercantum di sana.',
    },
    'approval-wanted': {
      subject: 'Perlu persetujuan: {title}',
      sentence: 'Sebuah perintah untuk {host} menunggu orang kedua.',
      advice: 'Buka, baca rencananya, lalu setujui atau tolak.',
    },
    'order-refused': {
      subject: 'Perintah ditolak oleh {host}',
      sentence: '{host} tidak menjalankan sebuah perintah.',
      advice: 'Baca alasannya; kebijakan lokal host yang menentukan.',
    },
    'agent-offline': {
      subject: 'Agen luring: {host}',
      sentence: '{host} tidak menjawab lagi dan saat ini tidak terpantau.',
      advice: 'Periksa host dan jaringannya, lalu agennya dengan: davylamp agent status.',
    },
    'agents-offline': {
      subject: 'Banyak agen luring: {title}',
      sentence: 'Banyak agen berhenti menjawab bersamaan: kemungkinan jaringan, bukan masing-masing host.',
      advice: 'Periksa jaringan antara host-host ini dan pusat.',
    },
    'agent-back': {
      subject: 'Agen kembali: {host}',
      sentence: '{host} terhubung lagi.',
      advice: 'Tidak ada yang perlu dilakukan.',
    },
    'agent-tampered': {
      subject: 'Agen diubah pihak lain: {host}',
      sentence: 'Berkas, unit, proses, atau jam agen di {host} diubah dari luar.',
      advice: 'Jika bukan Anda, anggap host ini diserang: pindai, lalu bersihkan.',
    },
    digest: {
      subject: '{count} pemberitahuan dari Davylamp',
      sentence: '{count} pemberitahuan ini dikirim bersama.',
      advice: 'Buka daftar peringatan dan tangani yang paling parah dahulu.',
    },
    escalation: {
      subject: 'Masih terbuka: {level}: {title} – {host}',
      sentence: 'Belum ada yang menangani peringatan {host} ini.',
      advice: 'Buka peringatan dan tangani, atau tugaskan kepada seseorang.',
    },
    test: {
      subject: 'Pesan uji dari Davylamp',
      sentence: 'Saluran ini berfungsi.',
      advice: 'Tidak ada yang perlu dilakukan.',
    },
  },
  onHost: {
    confirmed:
      'Di host itu, lihat apa yang akan dihapus dengan “davylamp plan”, lalu hapus dan buktikan dengan “davylamp clean”.',
    suspected:
      'Di host itu, periksa dengan “davylamp plan --include suspected”; jika memang tidak semestinya ada, hapus dengan “davylamp clean --include suspected”.',
    exposure: 'Di host itu, “davylamp scan” menunjukkan pintu mana yang terbuka dan cara menutupnya.',
  },
}
